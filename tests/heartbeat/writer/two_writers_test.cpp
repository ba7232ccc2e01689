// Two writers of one key, against a real Redis. Where a test counts documents the interval is an
// hour.
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "beating.hpp"

namespace {

constexpr auto long_enough_for_a_storm = 350ms;

Document from_b1(std::uint64_t sequence) {
  return {.status = Status::healthy,
          .reason = "1 check passes",
          .instance = Instance{.host = "b1", .pid = 7, .id = "0123456789abcdef"},
          .sequence = sequence,
          .interval = 1h};
}

Document farewell_of_b1(std::uint64_t sequence) {
  auto document = from_b1(sequence);
  document.status = Status::unhealthy;
  document.reason = "stopped";
  return document;
}

void write(const Reader& redis, const std::string& document) {
  redis.ask({"SETEX", "health:s", "600", document});
}

/// The lines that the host receives.
struct Log {
  std::function<void(std::string_view)> callback() {
    return [this](std::string_view line) {
      const std::lock_guard lock{mutex};
      lines.emplace_back(line);
    };
  }
  std::vector<std::string> read() {
    const std::lock_guard lock{mutex};
    return lines;
  }
  std::mutex mutex;
  std::vector<std::string> lines;
};

bool says(const Document& document, std::uint64_t sequence, Status status) {
  return document.sequence == sequence && document.status == status;
}

/// Redis's statistics of a command.
std::string statistics(const Reader& redis, const std::string& command) {
  const auto all = std::get<std::string>(redis.ask({"INFO", "commandstats"}));
  const auto begin = all.find("cmdstat_" + command + ":");
  return begin == all.npos ? "" : all.substr(begin, all.find('\r', begin) - begin);
}

}  // namespace

TEST_CASE("a rival and its farewell are each shown at once and once") {
  Beating b;
  Log log;
  auto config = hourly(b.url);
  config.log = log.callback();
  Heartbeat beat{config};
  beat.report(Status::healthy);
  beat.start();
  b.reader.wait_for([](const Document& d) { return says(d, 1, Status::healthy); });

  write(b.reader, encode(from_b1(1)));
  beat.report(Status::healthy, "a change");
  const auto noticed = b.reader.wait_for([](const Document& d) { return d.sequence == 3; });
  CHECK(noticed.status == Status::degraded);
  CHECK(noticed.reason == "also written by host b1, pid 7");
  CHECK(noticed.writer->rival == "host b1, pid 7");
  CHECK(beat.writer().rival == "host b1, pid 7");
  std::this_thread::sleep_for(long_enough_for_a_storm);
  CHECK(b.reader.document()->sequence == 3);

  write(b.reader, encode(farewell_of_b1(2)));
  beat.report(Status::unhealthy, "on fire");
  const auto changed = b.reader.wait_for([](const Document& d) { return d.sequence >= 4; });
  if (changed.sequence == 4)  // else it was replaced before we looked
    CHECK(changed.reason == "on fire; also written by host b1, pid 7");
  const auto alone = b.reader.wait_for([](const Document& d) { return d.sequence == 5; });
  CHECK(alone.status == Status::unhealthy);
  CHECK(alone.reason == "on fire");
  CHECK(alone.writer->rival.empty());
  std::this_thread::sleep_for(long_enough_for_a_storm);
  CHECK(b.reader.document()->sequence == 5);

  beat.stop();
  CHECK(log.read() ==
        std::vector<std::string>{"heartbeat: health:s is also written by host b1, pid 7",
                                 "heartbeat: health:s has no other writer any more"});
}

TEST_CASE("two heartbeats with one name cause one further write each, and no storm of writes") {
  Beating b;
  Heartbeat one{hourly(b.url)};
  Heartbeat two{hourly(b.url)};
  one.report(Status::healthy);
  two.report(Status::healthy);
  one.start();
  b.reader.wait_for(Status::healthy);
  two.start();
  b.reader.wait_for(
      [&](const Document& d) { return two.sequence() == 1 && d.status == Status::healthy; });
  one.report(Status::healthy, "a change");
  CHECK(eventually([&] { return one.sequence() == 3; }));
  two.report(Status::healthy, "a change");
  CHECK(eventually([&] { return two.sequence() == 3; }));
  std::this_thread::sleep_for(long_enough_for_a_storm);
  CHECK(one.sequence() == 3);
  CHECK(two.sequence() == 3);
  CHECK_FALSE(one.writer().rival.empty());
  CHECK_FALSE(two.writer().rival.empty());
  const auto last = b.reader.document();
  CHECK(last->status == Status::degraded);
  CHECK(last->reason == "also written by host " + last->instance->host + ", pid " +
                            std::to_string(last->instance->pid));
}

TEST_CASE("two heartbeats with one name warn of each other until one stops") {
  Beating b;
  const Config config{.service = "s", .redis_url = b.url, .interval = 200ms, .ttl = 2s};
  Heartbeat one{config};
  one.report(Status::healthy);
  one.start();
  {
    Heartbeat two{config};
    two.report(Status::healthy);
    two.start();
    CHECK(eventually([&] { return !one.writer().rival.empty() && !two.writer().rival.empty(); }));
    b.reader.wait_for(Status::degraded);
  }
  const auto until_it_looks = one.sequence() + 2;
  CHECK(eventually([&] { return one.writer().rival.empty(); }));
  CHECK(one.sequence() <= until_it_looks);
  b.reader.wait_for(Status::healthy);
}

TEST_CASE("a rival that crashed is forgotten after three of its intervals") {
  Beating b;
  Heartbeat beat{{.service = "s", .redis_url = b.url, .interval = 100ms, .ttl = 2s}};
  beat.report(Status::healthy);
  beat.start();
  b.reader.wait_for(Status::healthy);
  auto crashed = from_b1(9);
  crashed.interval = 100ms;
  write(b.reader, encode(crashed));
  CHECK(b.reader.wait_for(Status::degraded).reason == "also written by host b1, pid 7");
  CHECK(b.reader.wait_for(Status::healthy).status == Status::healthy);
  CHECK(beat.writer().rival.empty());
}

TEST_CASE("a foreign writer without a name is also noticed") {
  Beating b;
  Heartbeat beat{hourly(b.url)};
  beat.report(Status::healthy);
  beat.start();
  b.reader.wait_for([](const Document& d) { return d.sequence == 1; });
  write(b.reader, R"({"status": "healthy"})");
  beat.report(Status::healthy, "a change");
  CHECK(b.reader.wait_for(Status::degraded).reason == "also written by an unknown writer");
}

TEST_CASE("a document found by a new connection is no rival") {
  Beating b;
  Heartbeat beat{hourly(b.url)};
  beat.report(Status::healthy);
  beat.start();
  b.reader.wait_for([](const Document& d) { return d.sequence == 1; });
  write(b.reader, encode(from_b1(9)));
  b.reader.ask({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
  beat.report(Status::healthy, "a change");
  CHECK(b.reader.wait_for([](const Document& d) { return d.sequence == 2; }).status ==
        Status::healthy);
  std::this_thread::sleep_for(long_enough_for_a_storm);
  CHECK(b.reader.document()->sequence == 2);
  CHECK(beat.writer().rival.empty());
}

TEST_CASE("a flushed key is written whole again, counted, and logged once") {
  Beating b;
  Log log;
  auto config = hourly(b.url);
  config.log = log.callback();
  Heartbeat beat{config};
  beat.report(Status::healthy);
  beat.start();
  b.reader.wait_for([](const Document& d) { return d.sequence == 1; });
  for (std::uint64_t i = 1; i <= 2; ++i) {
    b.reader.ask({"FLUSHALL"});
    beat.report(Status::healthy, "change " + std::to_string(i));
    CHECK(b.reader.wait_for([&](const Document& d) { return d.sequence == i + 1; }).status ==
          Status::healthy);
    CHECK(eventually([&] { return beat.writer().vanished == i; }));
  }
  beat.report(Status::healthy, "one more");
  const auto document = b.reader.wait_for([](const Document& d) { return d.sequence == 4; });
  CHECK(document.writer->vanished == 2);
  b.reader.ask({"DEL", "health:s"});
  beat.stop();
  CHECK(b.reader.document()->reason == "stopped");
  CHECK(beat.writer().vanished == 3);
  const std::string line = "heartbeat: health:s had vanished: evicted, flushed or deleted";
  CHECK(log.read() == std::vector{line, line});
}

TEST_CASE("a writer without read permission still beats, and is refused once per connection") {
  Beating b;
  Log log;
  b.reader.ask(
      {"ACL", "SETUSER", "writer", "on", ">secret", "resetkeys", "%W~health:*", "-@all", "+setex"});
  auto config = hourly("unix://writer:secret@" + b.server.endpoint().unix_path);
  config.log = log.callback();
  Heartbeat beat{config};
  beat.report(Status::healthy);
  beat.start();
  for (std::uint64_t i = 1; i <= 3; ++i) {
    b.reader.wait_for([&](const Document& d) { return d.sequence == i; });
    write(b.reader, encode(from_b1(i)));
    beat.report(Status::healthy, "change " + std::to_string(i));
  }
  CHECK(b.reader.wait_for([](const Document& d) { return d.sequence == 4; }).status ==
        Status::healthy);
  CHECK(beat.writer().rival.empty());
  CHECK(log.read().empty());
  CHECK(statistics(b.reader, "getrange").find("rejected_calls=1,") != std::string::npos);

  // With the permission it notices over the next connection.
  b.reader.ask({"ACL", "SETUSER", "writer", "%RW~health:*", "+getrange"});
  b.reader.ask({"CLIENT", "KILL", "USER", "writer"});
  beat.report(Status::healthy, "another connection");
  b.reader.wait_for([](const Document& d) { return d.sequence == 6; });
  write(b.reader, encode(from_b1(4)));
  beat.report(Status::healthy, "the last change");
  CHECK(b.reader.wait_for(Status::degraded).reason == "also written by host b1, pid 7");
}

TEST_CASE("a value of another type in the key is replaced, and hides no rival") {
  Beating b;
  b.reader.ask({"LPUSH", "health:s", "x"});
  Heartbeat beat{hourly(b.url)};
  beat.report(Status::healthy);
  beat.start();
  CHECK(eventually([&] { return beat.sequence() == 1 && beat.writer().last_error.empty(); }));
  CHECK(eventually(
      [&] { return std::get<std::string>(b.reader.ask({"TYPE", "health:s"})) == "string"; }));
  beat.report(Status::healthy, "a change");
  b.reader.wait_for([](const Document& d) { return d.sequence == 2; });
  write(b.reader, encode(from_b1(1)));
  beat.report(Status::healthy, "another change");
  CHECK(b.reader.wait_for(Status::degraded).reason == "also written by host b1, pid 7");
}
