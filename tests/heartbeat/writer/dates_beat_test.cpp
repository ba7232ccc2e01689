// A schedule whose dates are in a file, while a heartbeat runs.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <mutex>
#include <vector>

#include "beating.hpp"
#include "heartbeat/clock.hpp"

namespace {

// Monday, in the middle of the session.
constexpr auto monday = std::chrono::sys_days{std::chrono::year{2026} / 3 / 2} + 10h;

struct Dated : Beating {
  TemporaryFolder folder;
  std::string path = folder.path() + "/nse.dates";
  Clock clock{Clock::stopped, monday};
  std::mutex mutex;
  std::vector<std::string> lines;

  Dated() { write("# no dates yet\n"); }

  void write(std::string_view content) const { std::ofstream{path} << content; }

  Config config() {
    return {.service = "s",
            .redis_url = url,
            .interval = 100ms,
            .file = folder.path() + "/s.json",
            .stop_timeout = stop_of_hanging,
            .clock = &clock,
            .log = [this](std::string_view line) {
              const std::lock_guard lock{mutex};
              lines.emplace_back(line);
            }};
  }

  /// A check that fails whenever it counts.
  void declare_on(Heartbeat& beat) const {
    auto& flag = beat.flag("f");
    flag.set(false);
    beat.check("flag", critical, flag.is_set())
        .during(Schedule{"Mon 09:00-12:00 UTC", {"@" + path}});
  }
};

}  // namespace

TEST_CASE("a file of dates is read again when it has changed, and a bad one leaves the old dates") {
  Dated f;
  Heartbeat beat{f.config()};
  f.declare_on(beat);
  beat.start();
  f.reader.wait_for(Status::unhealthy);

  f.write("2026-03-02\n");
  CHECK(f.reader.wait_for(Status::healthy).checks.front().state == CheckState::suppressed);

  f.write("2026-03-02\n2026-03-40\n");
  const auto told = f.reader.wait_for(Status::degraded);
  const auto why = "schedule 'Mon 09:00-12:00 UTC': " + f.path + ", line 2: '2026-03-40' does not";
  CHECK(told.writer->dates_error.starts_with(why));
  CHECK(told.writer->dates_error == beat.writer().dates_error);
  CHECK(told.reason == "the dates are old: " + told.writer->dates_error);
  CHECK(told.checks.front().state == CheckState::suppressed);
  REQUIRE(eventually(
      [&] { return document_in(f.folder.path() + "/s.json")->status == Status::degraded; }));

  f.write("2026-03-02 10:30-11:00\n");
  const auto mended = f.reader.wait_for(Status::healthy);
  CHECK(mended.checks.front().state == CheckState::suppressed);
  CHECK(mended.writer->dates_error.empty());
  CHECK(beat.writer().dates_error.empty());
  f.clock.advance(30min);
  const auto is_open = [](const Document& d) {
    return d.checks.front().state == CheckState::waiting;
  };
  CHECK(is_open(f.reader.wait_for(is_open)));

  beat.stop();
  const std::lock_guard lock{f.mutex};
  REQUIRE(f.lines.size() == 2);
  CHECK(f.lines.front().starts_with("heartbeat: the dates are old: " + why));
  CHECK(f.lines.back() == "heartbeat: reads the dates again");
}

TEST_CASE("a file of dates that is gone is missed, and the last document says only stopped") {
  Dated f;
  f.write("2026-03-02\n");
  Heartbeat beat{f.config()};
  f.declare_on(beat);
  beat.start();
  f.reader.wait_for(Status::healthy);
  std::filesystem::rename(f.path, f.path + ".away");
  const auto told = f.reader.wait_for(Status::degraded);
  CHECK(told.writer->dates_error ==
        "schedule 'Mon 09:00-12:00 UTC': cannot read " + f.path + ": No such file or directory");
  CHECK(told.checks.front().state == CheckState::suppressed);
  std::filesystem::rename(f.path + ".away", f.path);
  CHECK(f.reader.wait_for(Status::healthy).writer->dates_error.empty());
  std::filesystem::remove(f.path);
  f.reader.wait_for(Status::degraded);
  beat.stop();
  CHECK(summarize(*f.reader.document()).starts_with("stopped at "));
}

TEST_CASE("there is a thread for the dates only if a schedule reads a file") {
  Dated f;
  const auto before = std::pair{threads(), descriptors()};
  for (const bool with_dates : {false, true}) {
    Heartbeat beat{f.config()};
    if (with_dates) f.declare_on(beat);
    beat.start();
    const auto expected = before.first + (with_dates ? 3U : 2U);
    CHECK(eventually([&] { return threads() == expected; }));
  }
  CHECK(are_left(before));
}

TEST_CASE("a file of dates that hangs delays no beat and no stop") {
  Dated f;
  Heartbeat beat{f.config()};
  f.declare_on(beat);
  beat.start();
  f.reader.wait_for(Status::unhealthy);
  std::filesystem::remove(f.path);
  REQUIRE(mkfifo(f.path.c_str(), 0600) == 0);
  // Succeeds once the thread waits in open(), and lets it wait in read().
  int writing = -1;
  REQUIRE(eventually([&] {
    writing = open(f.path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    return writing >= 0;
  }));
  const auto before = beat.sequence();
  REQUIRE(eventually([&] { return beat.sequence() > before + 5; }));
  const auto began = Steady::now();
  beat.stop();
  CHECK(Steady::now() - began < 15s);
  CHECK(f.reader.document()->reason == "stopped");
  close(writing);  // the abandoned thread ends
}
