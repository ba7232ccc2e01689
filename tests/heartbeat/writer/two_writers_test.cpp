// Two writers of one key, against a real Redis. Where a test counts documents the interval is an
// hour.
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "beating.hpp"
#include "host/host.hpp"

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
  CHECK(noticed.reason == "another process writes the same key: host b1, pid 7");
  CHECK(noticed.writer->rival == "host b1, pid 7");
  CHECK(beat.writer().rival == "host b1, pid 7");
  std::this_thread::sleep_for(long_enough_for_a_storm);
  CHECK(b.reader.document()->sequence == 3);

  write(b.reader, encode(farewell_of_b1(2)));
  beat.report(Status::unhealthy, "on fire");
  const auto changed = b.reader.wait_for([](const Document& d) { return d.sequence >= 4; });
  if (changed.sequence == 4)  // else it was replaced before we looked
    CHECK(changed.reason == "on fire; another process writes the same key: host b1, pid 7");
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
  CHECK(last->reason == "another process writes the same key: host " + last->instance->host +
                            ", pid " + std::to_string(last->instance->pid));
}

TEST_CASE("two heartbeats with one name warn of each other until one stops") {
  Beating b;
  const Config config{.service = "s", .redis_url = b.url, .interval = 1s, .ttl = 4s};
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
  const auto until_it_is_silent = one.sequence() + 4;  // 1.5 intervals, and a change
  CHECK(eventually([&] { return one.writer().rival.empty(); }));
  CHECK(one.sequence() <= until_it_is_silent);
  b.reader.wait_for(Status::healthy);
}

TEST_CASE("a rival that crashed is forgotten after one and a half of its intervals") {
  Beating b;
  Heartbeat beat{{.service = "s", .redis_url = b.url, .interval = 1s, .ttl = 4s}};
  beat.report(Status::healthy);
  beat.start();
  b.reader.wait_for(Status::healthy);
  auto crashed = from_b1(9);
  crashed.interval = 1s;
  write(b.reader, encode(crashed));
  CHECK(b.reader.wait_for(Status::degraded).reason ==
        "another process writes the same key: host b1, pid 7");
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
  CHECK(b.reader.wait_for(Status::degraded).reason ==
        "another process writes the same key: an unknown writer");
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
  b.reader.ask({"FLUSHALL"});
  beat.report(Status::healthy, "vanished again");
  CHECK(eventually([&] { return beat.writer().vanished == 3; }));
  b.reader.ask({"DEL", "health:s"});
  beat.stop();  // interrupts no beat: the last one has been answered
  CHECK(b.reader.document()->reason == "stopped");
  CHECK(beat.writer().vanished == 4);
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
  CHECK(b.reader.wait_for(Status::degraded).reason ==
        "another process writes the same key: host b1, pid 7");
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
  CHECK(b.reader.wait_for(Status::degraded).reason ==
        "another process writes the same key: host b1, pid 7");
}

TEST_CASE("a writer that stops does not write over the document of another that lives") {
  Beating b;
  Config config = hourly(b.url);
  config.instance = "1";
  const auto key = std::string{"health:s:1"};
  const auto score = [&] {
    return std::get<std::string>(b.reader.ask({"ZSCORE", "health::services", "s:1"}));
  };
  const auto found = [&] {
    return std::get<std::string>(b.reader.ask({"GETRANGE", key, "0", "-1"}));
  };
  Heartbeat beat{config};
  beat.report(Status::healthy);
  beat.start();
  REQUIRE(eventually([&] { return !found().empty(); }));
  SUBCASE("it has just started") {
    const auto living = encode(from_b1(1));
    b.reader.ask({"SETEX", key, "600", living});
    beat.stop();
    CHECK(found() == living);
    CHECK_FALSE(score().starts_with("-"));
  }
  SUBCASE("it is a rival, although our document is the newer one") {
    b.reader.ask({"SETEX", key, "600", encode(from_b1(1))});
    beat.report(Status::healthy, "a change");
    REQUIRE(eventually([&] { return !beat.writer().rival.empty(); }));
    REQUIRE(eventually([&] { return beat.sequence() == 3; }));
    beat.stop();
    CHECK(decode(found())->reason != "stopped");
    CHECK_FALSE(score().starts_with("-"));
  }
  SUBCASE("it has stopped") {
    b.reader.ask({"SETEX", key, "600", encode(farewell_of_b1(1))});
    beat.stop();
    CHECK(decode(found())->instance->name == "1");
    CHECK(score().starts_with("-"));
  }
  SUBCASE("there is none") {
    const auto before = score();
    CHECK_FALSE(before.starts_with("-"));
    beat.stop();
    CHECK(decode(found())->reason == "stopped");
    CHECK(score().starts_with("-"));
    CHECK(score().substr(1) >= before);
  }
}

TEST_CASE("every beat says when the roster began, if nobody has said so") {
  Beating b;
  const auto began = [&] {
    const auto reply = b.reader.ask({"ZSCORE", "health::services", ":since"});
    const auto* text = std::get_if<std::string>(&reply);
    return text == nullptr ? std::string{} : *text;
  };
  Heartbeat beat{hourly(b.url)};
  beat.report(Status::healthy);
  beat.start();
  b.reader.wait_for([](const Document& d) { return d.sequence == 1; });
  CHECK(eventually([&] { return !began().empty(); }));
  b.reader.ask({"ZADD", "health::services", "5", ":since"});
  beat.report(Status::healthy, "a change");
  b.reader.wait_for([](const Document& d) { return d.sequence == 2; });
  CHECK(began() == "5");
  b.reader.ask({"FLUSHALL"});
  beat.report(Status::healthy, "another change");
  b.reader.wait_for([](const Document& d) { return d.sequence == 3; });
  CHECK(eventually([&] { return began().size() > 1; }));
  beat.stop();
  const auto own = std::get<std::string>(b.reader.ask({"ZSCORE", "health::services", "s"}));
  CHECK_FALSE(own.starts_with("-"));  // only replicas leave
}

TEST_CASE("the name of the host stands for %h in the name of a replica, and the roster says so") {
  Beating b;
  Config config = hourly(b.url);
  config.instance = "%h-2";
  Heartbeat beat{config};
  beat.report(Status::healthy);
  beat.start();
  const auto member = "s:" + host_name() + "-2";
  CHECK(eventually([&] {
    return std::holds_alternative<std::string>(
        b.reader.ask({"ZSCORE", "health::services", member + "%h"}));
  }));
  CHECK(std::holds_alternative<std::string>(b.reader.ask({"ZSCORE", "health::services", member})));
  const auto text = std::get<std::string>(b.reader.ask({"GET", "health:" + member}));
  CHECK(decode(text)->instance->name == host_name() + "-2");
}
