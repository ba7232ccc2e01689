// The file that the library writes beside Redis.
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mutex>
#include <vector>

#include "beating.hpp"

namespace {

struct Filed : Beating {
  TemporaryFolder folder;
  std::string file = folder.path() + "/s.json";

  Config config(std::chrono::milliseconds interval = 100ms) const {
    return {.service = "s",
            .redis_url = url,
            .interval = interval,
            .ttl = 2h,
            .file = file,
            .stop_timeout = patient_stop};
  }

  /// The first document in the file for which `holds` is true; fails if there is no such document
  /// in time.
  template <typename Condition>
  Document wait_for(Condition holds) const {
    std::optional<Document> seen;
    REQUIRE(eventually([&] {
      seen = document_in(file);
      return seen && holds(*seen);
    }));
    return *seen;
  }
  Document wait_for(Status status) const {
    return wait_for([&](const Document& d) { return d.status == status; });
  }
};

}  // namespace

TEST_CASE("the file holds what Redis holds, from the start to the last document") {
  Filed f;
  Heartbeat beat{f.config(1h)};
  auto& flag = beat.flag("f");
  beat.check("flag", critical, flag.is_set());
  beat.start();
  CHECK(f.wait_for(Status::starting).checks.size() == 1);
  flag.set(true);  // well before the interval
  const auto in_file = f.wait_for(Status::healthy);
  const auto in_redis = f.reader.wait_for(Status::healthy);
  CHECK(in_file.instance == in_redis.instance);
  CHECK(in_file.checks.front().state == in_redis.checks.front().state);
  CHECK(in_file.ttl == in_redis.ttl);
  REQUIRE(in_file.boot);
  CHECK(in_file.boot->id == in_redis.boot->id);
  CHECK(in_file.boot->at > 0ms);
  CHECK(in_file.writer->file_error.empty());
  beat.stop();
  CHECK(document_in(f.file)->reason == "stopped");
  CHECK(f.reader.document()->reason == "stopped");
  CHECK(std::distance(std::filesystem::directory_iterator{f.folder.path()}, {}) == 1);
}

TEST_CASE("while Redis is down the file is written every interval, and states the error of Redis") {
  Filed f;
  Heartbeat beat{f.config()};
  beat.report(Status::healthy);
  beat.start();
  f.wait_for(Status::healthy);
  f.server.stop();
  const auto down = f.wait_for([](const Document& d) { return d.writer->failed_writes > 0; });
  CHECK(down.writer->last_error.find("redis.sock") != std::string::npos);
  const auto began = Steady::now();
  const auto first = *document_in(f.file)->sequence;
  f.wait_for([&](const Document& d) { return d.sequence >= first + 10; });
  CHECK(Steady::now() - began >= 800ms);  // every interval, and not more often
  beat.report(Status::degraded, "slow");
  // On a busy machine a document about a stalled thread may come first.
  const auto slow = f.wait_for([](const Document& d) { return d.reason == "slow"; });
  CHECK(slow.status == Status::degraded);
}

TEST_CASE("a hung Redis does not delay the file") {
  Filed f;
  Heartbeat beat{f.config()};
  auto& flag = beat.flag("f");
  flag.set(true);
  beat.check("flag", critical, flag.is_set());
  beat.start();
  f.reader.wait_for(Status::healthy);
  f.suspend_redis();
  // Redis gets a document every two seconds at most, from now on.
  const auto redis = beat.sequence();
  const auto first = *f.wait_for(Status::healthy).sequence;
  f.wait_for([&](const Document& d) { return d.sequence >= first + 15; });
  CHECK(beat.sequence() < redis + 10);
  flag.set(false);
  CHECK(f.wait_for(Status::unhealthy).reason.starts_with("flag is false"));
  kill(f.server.pid(), SIGCONT);
  f.reader.wait_for(Status::unhealthy);
}

TEST_CASE(
    "a failing file is reported in Redis and once in the log, and is written when it works again") {
  Filed f;
  std::mutex mutex;
  std::vector<std::string> lines;
  const auto file = f.folder.path() + "/later/s.json";
  auto config = f.config();
  config.file = file;
  config.log = [&](std::string_view line) {
    const std::lock_guard lock{mutex};
    lines.emplace_back(line);
  };
  Heartbeat beat{config};
  beat.report(Status::healthy);
  beat.start();
  const auto why = "cannot write " + file + ": No such file or directory";
  const auto told =
      f.reader.wait_for([](const Document& d) { return !d.writer->file_error.empty(); });
  CHECK(told.status == Status::healthy);
  CHECK(told.writer->file_error == why);
  CHECK(told.writer->failed_writes == 0);
  CHECK(beat.writer().file_error == why);
  const auto before = beat.sequence();
  CHECK(eventually([&] { return beat.sequence() > before + 5; }));
  CHECK(std::filesystem::create_directory(f.folder.path() + "/later"));
  CHECK(eventually([&] { return document_in(file).has_value(); }));
  f.reader.wait_for([](const Document& d) { return d.writer->file_error.empty(); });
  CHECK(beat.writer().file_error.empty());
  beat.stop();
  CHECK(lines ==
        std::vector<std::string>{"heartbeat: " + why, "heartbeat: writes " + file + " again"});
}

TEST_CASE("marks of two threads reach both the file and Redis") {
  Filed f;
  Heartbeat beat{f.config(1h)};
  auto& errors = beat.errors("e");
  beat.check("errors", warning, errors.count(1h) < 1000);
  beat.start();
  f.wait_for(Status::healthy);
  const auto mark = [&] {
    for (int i = 0; i < 500; ++i) errors.mark();
  };
  std::thread other{mark};
  mark();
  other.join();
  CHECK(f.wait_for(Status::degraded).checks.front().state == CheckState::fail);
  f.reader.wait_for(Status::degraded);
}

TEST_CASE("a forked child writes no file") {
  Filed f;
  Heartbeat beat{f.config(1h)};
  auto& flag = beat.flag("f");
  beat.check("flag", critical, flag.is_set());
  beat.start();
  f.wait_for(Status::starting);
  const auto before = *document_in(f.file);
  const pid_t child = fork();
  if (child == 0) {
    alarm(180);
    beat.report(Status::degraded);
    beat.judge();
    beat.stop();
    _exit(42);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 42);
  CHECK(*document_in(f.file) == before);
}

TEST_CASE("there is a second thread only with a file, and it leaves nothing behind") {
  Filed f;
  const auto before = std::pair{threads(), descriptors()};
  for (const bool with_file : {false, true}) {
    auto config = f.config();
    if (!with_file) config.file.clear();
    Heartbeat beat{config};
    beat.start();
    const auto expected = before.first + (with_file ? 2U : 1U);
    CHECK(eventually([&] { return threads() == expected; }));
  }
  CHECK(are_left(before));
}
