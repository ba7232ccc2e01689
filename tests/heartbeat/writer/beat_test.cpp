// The beat thread against a real Redis. In tests of other causes of a write the interval is an
// hour.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <vector>

#include "beating.hpp"
#include "scripted_server.hpp"

TEST_CASE("the first document comes at start, whole, with the TTL as its expiry") {
  Beating b;
  Heartbeat beat{{.service = "s", .redis_url = b.url}};
  auto& flag = beat.flag("f");
  beat.check("flag", critical, flag.is_set());
  flag.set(true);
  beat.start();
  const auto document = b.reader.wait_for(Status::healthy);
  CHECK(document.sequence == 1);
  CHECK(document.service == "s");
  CHECK(document.interval == 10s);
  CHECK(document.ttl == 60s);
  CHECK(document.instance->pid == getpid());
  CHECK(document.instance->id.size() == 16);
  CHECK(document.connected == true);
  CHECK(*document.written_at - *document.started_at < 1min);
  CHECK(document.reason == "1 check passes");
  const auto left = std::get<std::int64_t>(b.reader.ask({"PTTL", "health:s"}));
  CHECK(left > 0);
  CHECK(left <= 60'000);
}

TEST_CASE("every kind of change is written at once, without waiting for the interval") {
  Beating b;
  Heartbeat beat{hourly(b.url)};
  auto& flag = beat.flag("f");
  auto& gauge = beat.gauge("g");
  auto& errors = beat.errors("e");
  auto& activity = beat.activity("a");
  beat.check("flag", critical, flag.is_set());
  beat.check("gauge", warning, gauge < 10);
  beat.check("errors", warning, errors.count(2s) < 3);
  beat.check("age", critical, activity.within(2s));
  beat.start();
  b.reader.wait_for(Status::starting);

  SUBCASE("an event, a flag, and then mere time") {
    activity.mark();
    flag.set(true);
    b.reader.wait_for(Status::healthy);
    const auto stale = b.reader.wait_for(Status::unhealthy);  // nothing but time
    CHECK(stale.checks.back().state == CheckState::fail);
    activity.mark();
    CHECK(b.reader.wait_for(Status::healthy).status == Status::healthy);
  }
  const auto wait_for_check = [&](std::size_t check, CheckState state) {
    return b.reader.wait_for([&](const Document& d) { return d.checks[check].state == state; })
        .checks[check];
  };
  SUBCASE("a gauge beyond its bound and back") {
    gauge.set(12);
    CHECK(wait_for_check(1, CheckState::fail).value == Value{12.0});
    gauge.add(-3);
    CHECK(wait_for_check(1, CheckState::pass).value == Value{9.0});
  }
  SUBCASE("a count that fails, and clears by itself") {
    errors.mark(3);
    CHECK(wait_for_check(2, CheckState::fail).clears_in);
    CHECK(wait_for_check(2, CheckState::pass).value == Value{0.0});
  }
  SUBCASE("a report") {
    beat.report(Status::unhealthy, "out of disk, token=hunter2");
    // On a busy machine the age may fail as well.
    CHECK(b.reader.wait_for(Status::unhealthy).reason.starts_with("out of disk, token=***"));
  }
}

TEST_CASE("a steady service writes nothing between its intervals, however busy it is") {
  Beating b;
  Heartbeat beat{hourly(b.url)};
  auto& ticks = beat.activity("t");
  auto& gauge = beat.gauge("g");
  beat.check("age", critical, ticks.within(60s));
  beat.check("rate", warning, ticks.rate(60s) > 0);
  beat.check("gauge", warning, gauge < 10);
  ticks.mark();
  gauge.set(1);
  beat.start();
  b.reader.wait_for(Status::healthy);
  for (int i = 0; i < 1'000'000; ++i) {
    ticks.mark();
    gauge.set(i % 10);
  }
  beat.report(Status::degraded, "the next write");
  CHECK(b.reader.wait_for(Status::degraded).sequence == 2);
}

TEST_CASE("many changes in a short time are coalesced, and the last change is written") {
  Beating b;
  Heartbeat beat{hourly(b.url)};
  auto& flag = beat.flag("f");
  beat.check("flag", critical, flag.is_set());
  flag.set(true);
  beat.start();
  b.reader.wait_for(Status::healthy);
  const auto began = Steady::now();
  while (Steady::now() - began < 500ms)
    for (int i = 0; i < 1001; ++i) flag.set(i % 2 == 0);
  flag.set(false);
  const auto tenths = (Steady::now() - began) / 100ms;
  const auto last = b.reader.wait_for(Status::unhealthy);
  CHECK(*last.sequence <= static_cast<std::uint64_t>(tenths) + 3);
}

TEST_CASE("a clean stop leaves a last document, unhealthy and stopped") {
  Beating b;
  {
    Heartbeat beat{{.service = "s", .redis_url = b.url, .stop_timeout = patient_stop}};
    beat.report(Status::healthy);
    beat.start();
    b.reader.wait_for(Status::healthy);
  }
  const auto document = b.reader.document();
  REQUIRE(document);
  CHECK(document->status == Status::unhealthy);
  CHECK(document->reason == "stopped");
}

TEST_CASE("after FLUSHALL the whole document is in Redis again an interval later") {
  Beating b;
  Heartbeat beat{{.service = "s", .redis_url = b.url, .interval = 100ms, .ttl = 1s}};
  beat.report(Status::healthy, "fine");
  beat.start();
  b.reader.wait_for(Status::healthy);
  b.reader.ask({"FLUSHALL"});
  CHECK(b.reader.wait_for(Status::healthy).reason == "fine");
}

TEST_CASE("a Redis that starts late is found, and the log reports both") {
  std::atomic<bool> heard{false};
  std::vector<std::string> lines;  // the beat thread's, until it is joined
  TemporaryFolder folder;
  Heartbeat beat{{.service = "s",
                  .redis_url = "unix://" + folder.path() + "/redis.sock",
                  .interval = 200ms,
                  .ttl = 1s,
                  .log = [&](std::string_view line) {
                    lines.emplace_back(line);
                    heard = true;
                  }}};
  beat.report(Status::healthy);
  beat.start();
  while (!heard) std::this_thread::sleep_for(1ms);
  RedisServer server{{}, folder.path() + "/redis.sock"};
  const Reader reader{server.endpoint()};
  const auto document = reader.wait_for(Status::healthy);
  CHECK(document.writer->failed_writes > 0);
  CHECK(document.writer->last_error.find("redis.sock") != std::string::npos);
  REQUIRE(eventually([&] { return beat.sequence() > document.sequence; }));  // it has the answer
  beat.stop();
  REQUIRE(lines.size() >= 2);  // more, if it was seen between bind and listen
  CHECK(lines.front().starts_with("heartbeat: " + folder.path()));
  CHECK(lines.back() == "heartbeat: Redis accepts beats again");
}

TEST_CASE("a write that stop() interrupts is not reported as trouble") {
  Beating b;
  std::vector<std::string> lines;  // the beat thread's, until it is joined
  auto config = hourly(b.url);
  config.log = [&](std::string_view line) { lines.emplace_back(line); };
  Heartbeat beat{config};
  beat.report(Status::healthy);
  beat.start();
  b.reader.wait_for(Status::healthy);
  b.suspend_redis();
  beat.report(Status::degraded);
  REQUIRE(eventually([&] { return beat.sequence() == 2; }));
  std::this_thread::sleep_for(100ms);  // for the write that begins then to wait for the answer
  std::thread wakes{[&] {
    std::this_thread::sleep_for(200ms);
    kill(b.server.pid(), SIGCONT);
  }};
  beat.stop();
  wakes.join();
  CHECK(lines.empty());
  CHECK(beat.writer().failed_writes == 0);
  CHECK(b.reader.document()->reason == "stopped");
}

TEST_CASE("a connection that Redis closed while it was idle costs no beat and no last document") {
  Beating b;
  std::vector<std::string> lines;  // the beat thread's, until it is joined
  auto config = hourly(b.url);
  config.log = [&](std::string_view line) { lines.emplace_back(line); };
  Heartbeat beat{config};
  beat.report(Status::healthy);
  beat.start();
  b.reader.wait_for(Status::healthy);
  const auto close_idle = [&] { b.reader.ask({"CLIENT", "KILL", "TYPE", "normal"}); };
  SUBCASE("the next beat") {
    close_idle();
    beat.report(Status::degraded);
    CHECK(b.reader.wait_for(Status::degraded).sequence == 2);
    REQUIRE(eventually([&] { return beat.writer().reconnects == 1; }));
  }
  SUBCASE("the last document") {
    close_idle();
    beat.stop();
    CHECK(b.reader.document()->reason == "stopped");
    CHECK(b.reader.document()->sequence == 2);
  }
  beat.stop();
  CHECK(beat.writer().failed_writes == 0);
  CHECK(lines.empty());
}

TEST_CASE("an error reply is a failed write and a new connection") {
  Beating b;
  b.reader.ask({"CONFIG", "SET", "min-replicas-to-write", "1"});
  std::atomic<bool> refused{false};
  Heartbeat beat{{.service = "s",
                  .redis_url = b.url,
                  .interval = 100ms,
                  .ttl = 1s,
                  .log = [&](std::string_view) { refused = true; }}};
  beat.report(Status::healthy);
  beat.start();
  while (!refused) std::this_thread::sleep_for(1ms);
  b.reader.ask({"CONFIG", "SET", "min-replicas-to-write", "0"});
  // The beat after the new connection counts it.
  const auto document =
      b.reader.wait_for([](const Document& d) { return d.writer->reconnects > 0; });
  CHECK(document.writer->failed_writes > 0);
  CHECK(document.writer->last_error.starts_with("SETEX: NOREPLICAS"));
}

TEST_CASE("a log callback that throws stops neither the host nor the beat") {
  TemporaryFolder folder;
  const std::string socket = folder.path() + "/redis.sock";
  std::atomic<bool> threw{false};
  Heartbeat beat{{.service = "s",
                  .redis_url = "unix://" + socket,
                  .interval = 100ms,
                  .ttl = 1s,
                  .log = [&](std::string_view) {
                    threw = true;
                    throw std::runtime_error{"no disk"};
                  }}};
  beat.report(Status::healthy);
  beat.start();
  while (!threw) std::this_thread::sleep_for(1ms);
  RedisServer server{{}, socket};
  CHECK(Reader{server.endpoint()}.wait_for(Status::healthy).status == Status::healthy);
}

TEST_CASE("a Redis that hangs does not keep stop() from returning in time") {
  ScriptedServer server{{.says = ""}};
  Heartbeat beat{{.service = "s",
                  .redis_url = "unix://" + server.endpoint().unix_path,
                  .stop_timeout = 200ms}};
  beat.report(Status::healthy);
  beat.start();
  std::this_thread::sleep_for(50ms);
  const auto began = Steady::now();
  beat.stop();
  CHECK(Steady::now() - began < 15s);
}

TEST_CASE("a callback that hangs is reported, and stops neither the beat nor the host") {
  Beating b;
  const auto threads_before = threads();
  std::promise<void> release;
  auto released = release.get_future().share();
  auto entered = std::make_shared<std::atomic<bool>>(false);
  {
    auto config = hourly(b.url);
    config.stop_timeout = 200ms;
    Heartbeat beat{config};
    beat.check("hangs", critical,
               beat.succeeds(
                   [released, entered] {
                     *entered = true;
                     released.wait();
                     return true;
                   },
                   {.every = 1s, .limit = 100ms}));
    beat.check("works", critical, beat.succeeds([] { return true; }, {.every = 10ms, .limit = 5s}));
    beat.check("throws", warning,
               beat.succeeds([]() -> bool { throw std::runtime_error{"no\nroute, pwd=x"}; }));
    beat.start();
    const auto document = b.reader.wait_for([](const Document& d) {
      return d.status == Status::unhealthy && d.checks[1].state == CheckState::pass &&
             !d.checks[2].output.empty();
    });
    CHECK(document.status == Status::unhealthy);
    CHECK(*entered);
    CHECK(document.checks[0].output.starts_with("no answer for "));
    CHECK(document.checks[1].state == CheckState::pass);
    CHECK(document.checks[2].output == "no\\nroute, pwd=***");
    const auto began = Steady::now();
    beat.stop();
    CHECK(Steady::now() - began < 15s);
  }
  release.set_value();
  CHECK(eventually([&] { return threads() == threads_before; }));
}

TEST_CASE("no thread and no descriptor is left behind") {
  Beating b;
  const auto before = std::pair{threads(), descriptors()};
  for (int i = 0; i < 20; ++i) {
    Heartbeat beat{{.service = "s", .redis_url = b.url}};
    beat.check("db", critical, beat.succeeds([] { return true; }));
    beat.start();
    if (i % 2 == 0) b.reader.wait_for(Status::healthy);
  }
  CHECK(are_left(before));
}

TEST_CASE("the beat thread blocks every signal that can be blocked") {
  Beating b;
  Heartbeat beat{{.service = "s", .redis_url = b.url}};
  beat.report(Status::healthy);
  beat.start();
  b.reader.wait_for(Status::healthy);
  int found = 0;
  for (const auto& task : std::filesystem::directory_iterator{"/proc/self/task"}) {
    std::ifstream name_file{task.path() / "comm"};
    std::string name;
    std::getline(name_file, name);
    if (name != "heartbeat") continue;
    ++found;
    std::ifstream status{task.path() / "status"};
    std::string line;
    while (std::getline(status, line))
      if (line.starts_with("SigBlk:")) {
        const auto blocked = std::stoull(line.substr(7), nullptr, 16);
        for (const int signal : {SIGPIPE, SIGTERM, SIGINT, SIGUSR1, SIGCHLD, SIGALRM})
          CHECK((blocked >> (signal - 1) & 1U) == 1);
      }
  }
  CHECK(found == 1);
}

TEST_CASE("a forked child marks for its parent and exits, but it never beats") {
  Beating b;
  auto beat = std::make_unique<Heartbeat>(hourly(b.url));
  auto& flag = beat->flag("f");
  beat->check("flag", critical, flag.is_set());
  flag.set(true);
  beat->start();
  b.reader.wait_for(Status::healthy);
  const pid_t child = fork();
  if (child == 0) {
    flag.set(false, "from the child");
    beat->report(Status::unhealthy, "not from the child");
    beat->judge();
    beat->stop();
    beat.reset();
    _exit(42);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WEXITSTATUS(status) == 42);
  const auto document = b.reader.wait_for(Status::unhealthy);
  CHECK(document.sequence == 2);
  CHECK(document.instance->pid == getpid());
  CHECK(document.reason.starts_with("flag is false: from the child (critical"));
}

TEST_CASE("two threads mark, set and report while the beat runs and Redis comes and goes") {
  TemporaryFolder folder;
  const std::string socket = folder.path() + "/redis.sock";
  auto server = std::make_unique<RedisServer>(std::vector<std::string>{}, socket);
  Heartbeat beat{{.service = "s", .redis_url = "unix://" + socket, .interval = 100ms, .ttl = 1s}};
  auto& flag = beat.flag("f");
  auto& gauge = beat.gauge("g");
  auto& events = beat.errors("e");
  beat.check("flag", critical, flag.is_set());
  beat.check("gauge", warning, gauge < 10);
  beat.check("count", warning, events.count(10ms) < 50);
  beat.check("rate", warning, events.rate(10ms) > 10);
  beat.check("age", critical, events.within(5ms));
  std::atomic<bool> done{false};
  const auto host = [&] {
    for (int i = 0; !done; ++i) {
      events.mark();
      gauge.set(i % 20);
      gauge.add(1);
      flag.set(i % 3 != 0);
      if (i % 1000 == 0) beat.report(Status::healthy, "still here");
      if (i % 100 == 0) std::this_thread::sleep_for(1ms);
    }
  };
  std::thread one{host};
  std::thread two{host};
  beat.start();
  for (int i = 0; i < 3; ++i) {
    std::this_thread::sleep_for(200ms);
    server.reset();
    server = std::make_unique<RedisServer>(std::vector<std::string>{}, socket);
  }
  done = true;
  one.join();
  two.join();
  flag.set(true);
  gauge.set(0);
  const Reader reader{server->endpoint()};
  const auto last = reader.wait_for([&](const Document& d) {
    return d.checks.size() == 5 && d.checks[0].state == CheckState::pass &&
           d.checks[1].state == CheckState::pass && d.checks[4].state == CheckState::fail &&
           d.error_count == events.total();  // not a document from before the threads ended
  });
  CHECK(last.status == Status::unhealthy);
  CHECK(last.error_count == events.total());
}
