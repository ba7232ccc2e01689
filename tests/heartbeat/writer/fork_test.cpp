// Forked children, as of gunicorn --preload, Celery or RQ: their marks count, and only a Heartbeat
// that the parent did not start may be started by a child.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "beating.hpp"

namespace {

template <typename Body>
pid_t fork_child(Body body) {
  const pid_t child = fork();
  REQUIRE(child >= 0);  // kill() would take it for all processes
  if (child == 0) {
    alarm(180);
    _exit(body());
  }
  return child;
}

int status_of(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace

TEST_CASE("every kind of change in a child is written at once by the parent") {
  Beating b;
  Heartbeat beat{hourly(b.url)};
  auto& flag = beat.flag("f");
  auto& gauge = beat.gauge("g");
  auto& requests = beat.activity("a");
  auto& errors = beat.errors("e");
  beat.check("flag", critical, flag.is_set());
  beat.check("gauge", warning, gauge < 10);
  beat.check("requests", critical, requests.within(1h));
  beat.check("errors", warning, errors.count(1h) < 3);
  beat.start();
  b.reader.wait_for(Status::starting);
  int step[2];
  REQUIRE(pipe(step) == 0);
  const auto next = [&] { return write(step[1], "x", 1) == 1; };
  const pid_t child = fork_child([&] {
    const auto wait = [&] {
      char byte = 0;
      return read(step[0], &byte, 1) == 1;
    };
    flag.set(true);
    requests.mark();
    if (!wait()) return 1;
    gauge.set(12);
    if (!wait()) return 2;
    gauge.add(-5);
    errors.mark(2);
    errors.mark();
    if (!wait()) return 3;
    flag.set(false, "of a child");
    return 42;
  });
  const auto becomes = [&](std::size_t check, CheckState state) {
    return b.reader.wait_for([&](const Document& d) { return d.checks[check].state == state; })
               .checks[check]
               .state == state;
  };
  CHECK(becomes(0, CheckState::pass));
  CHECK(becomes(2, CheckState::pass));
  REQUIRE(next());
  CHECK(becomes(1, CheckState::fail));
  REQUIRE(next());
  CHECK(becomes(1, CheckState::pass));
  CHECK(becomes(3, CheckState::fail));
  REQUIRE(next());
  CHECK(becomes(0, CheckState::fail));
  CHECK(status_of(child) == 42);
  const auto last = b.reader.wait_for(Status::unhealthy);
  CHECK(last.checks[0].output == "of a child");
  CHECK(last.processed_count == 1);
  CHECK(last.error_count == 3);
  CHECK(last.instance->pid == getpid());
  close(step[0]);
  close(step[1]);
}

TEST_CASE("what the parent started, no child starts") {
  Beating b;
  Heartbeat beat{hourly(b.url)};
  beat.report(Status::healthy);
  beat.start();
  b.reader.wait_for(Status::healthy);
  CHECK(status_of(fork_child([&] {
          try {
            beat.start();
          } catch (const ForkedError& error) {
            return std::string{error.what()}.find("parent") != std::string::npos ? 42 : 1;
          }
          return 2;
        })) == 42);
}

TEST_CASE("what the parent did not start beats as the child's, and each has its own sources") {
  Beating b;
  Heartbeat beat{hourly(b.url)};
  auto& flag = beat.flag("f");
  auto& errors = beat.errors("e");
  beat.check("flag", critical, flag.is_set());
  beat.check("errors", warning, errors.count(1h) < 3);
  errors.mark();
  int release[2];
  REQUIRE(pipe(release) == 0);
  const pid_t child = fork_child([&] {
    beat.start();
    flag.set(true);
    errors.mark();
    const pid_t grandchild = fork_child([&] {
      errors.mark();
      return 42;
    });
    char byte = 0;
    const bool told = read(release[0], &byte, 1) == 1;
    beat.stop();
    return told && status_of(grandchild) == 42 && errors.total() == 3 ? 42 : 1;
  });
  const auto its = b.reader.wait_for(Status::degraded);
  CHECK(its.instance->pid == child);
  CHECK(its.error_count == 3);
  CHECK(errors.total() == 1);
  CHECK_FALSE(flag.value());
  REQUIRE(write(release[1], "x", 1) == 1);
  CHECK(status_of(child) == 42);
  CHECK(b.reader.document()->reason == "stopped");
  CHECK(errors.total() == 1);

  // The child's stop has not told the parent's threads to stop.
  flag.set(true);
  beat.start();
  const auto own = b.reader.wait_for(Status::healthy);
  CHECK(own.instance->pid == getpid());
  CHECK(own.instance->id != its.instance->id);
  CHECK(own.error_count == 1);
  close(release[0]);
  close(release[1]);
}

TEST_CASE("children that are killed while they mark leave every source whole") {
  const int kills = under_sanitizer ? 200 : 1000;
  Beating b;
  Heartbeat beat{hourly(b.url)};
  auto& flag = beat.flag("f");
  auto& gauge = beat.gauge("g");
  auto& errors = beat.errors("e");
  auto& activity = beat.activity("a");
  beat.check("flag", critical, flag.is_set());
  beat.check("gauge", warning, gauge >= 0);
  beat.check("errors", warning, errors.count(1h) < 1'000'000);
  beat.check("activity", critical, activity.within(1h));
  std::minstd_rand random{1};
  for (int i = 0; i < kills; ++i) {
    const std::uint64_t before = errors.total();
    const pid_t child = fork_child([&]() -> int {
      for (std::uint64_t n = 1;; n = n % 5 + 1) {
        errors.mark(n);
        activity.mark();
        gauge.add(1);
        flag.set(false, std::string_view{"aaaaaaaaaaaaaaaaaaaaaaaaaaa"}.substr(0, 5 * n));
        flag.set(true);
      }
    });
    CHECK(eventually([&] { return errors.total() > before; }));
    std::this_thread::sleep_for(std::chrono::microseconds{random() % 1500});
    kill(child, SIGKILL);
    CHECK(status_of(child) == -SIGKILL);
    beat.judge();
    const auto kept = std::min<std::uint64_t>(errors.total(), errors.log().capacity());
    CHECK(errors.log().count(1h, Time{Steady::now()}) == kept);
    CHECK((activity.total() == 0 || activity.log().has_newest()));
    CHECK(gauge.value() == std::floor(gauge.value()));
    CHECK(flag.reason().find_first_not_of('a') == std::string::npos);
  }
  // No child has left a lock behind: the parent still marks, and its beat thread is woken.
  flag.set(true);
  activity.mark();
  beat.start();
  b.reader.wait_for([](const Document& d) { return d.sequence == 1; });
  flag.set(false);
  CHECK(b.reader.wait_for(Status::unhealthy).sequence == 2);
}
