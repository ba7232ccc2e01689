#include "run/watchdog.hpp"

#include <doctest/doctest.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

using namespace std::chrono_literals;
using std::chrono::steady_clock;

namespace {

struct LateEnd {
  int exit_status;
  std::string output;
  steady_clock::duration after;
};

/// The end of a process that hangs after `setup`.
template <typename Setup>
LateEnd end_after(const Setup& setup) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const auto started = steady_clock::now();
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDOUT_FILENO);
    setup();
    for (;;) pause();
  }
  close(ends[1]);
  LateEnd end{-1, {}, {}};
  char buffer[256];
  for (ssize_t n = 0; (n = read(ends[0], buffer, sizeof buffer)) > 0;)
    end.output.append(buffer, static_cast<std::size_t>(n));
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  end.after = steady_clock::now() - started;
  if (WIFEXITED(status)) end.exit_status = WEXITSTATUS(status);
  return end;
}

}  // namespace

TEST_CASE("a process that hangs ends at its deadline, with the last words prepared") {
  const auto end = end_after([] {
    probe::Watchdog watchdog{steady_clock::now() + 1s};
    watchdog.prepare("first\n", 1);
    watchdog.prepare("last\n", 7);
  });
  CHECK(end.exit_status == 7);
  CHECK(end.output == "last\n");
  CHECK(end.after >= 1s);
  CHECK(end.after < 30s);
}

TEST_CASE("a deadline that has passed ends the process at once") {
  const auto end = end_after([] {
    probe::Watchdog watchdog{steady_clock::now() - 1s};
    watchdog.prepare("late\n", 1);
  });
  CHECK(end.exit_status == 1);
  CHECK(end.output == "late\n");
}

TEST_CASE("the grace is added to the deadline") {
  const auto end = end_after([] {
    probe::Watchdog watchdog{steady_clock::now()};
    watchdog.prepare("", 3, 100ms);
  });
  CHECK(end.exit_status == 3);
  CHECK(end.output.empty());
  CHECK(end.after >= 100ms);
}

TEST_CASE("the grace counts from now when the deadline has passed") {
  const auto end = end_after([] {
    probe::Watchdog watchdog{steady_clock::now() - 1s};
    watchdog.prepare("", 3, 100ms);
  });
  CHECK(end.exit_status == 3);
  CHECK(end.after >= 100ms);
}

TEST_CASE("the last words can be written to a file") {
  char folder[] = "/tmp/watchdog.XXXXXX";
  REQUIRE(mkdtemp(folder) != nullptr);
  const auto path = std::string{folder} + "/x.prom";
  const auto end = end_after([&] {
    probe::Watchdog watchdog{steady_clock::now(), probe::Destination{path}};
    watchdog.prepare("last\n", 7);
  });
  CHECK(end.exit_status == 7);
  CHECK(end.output.empty());
  std::ifstream file{path};
  CHECK(std::string{std::istreambuf_iterator<char>{file}, {}} == "last\n");
  std::filesystem::remove_all(folder);
}

TEST_CASE("the last words can be written to another descriptor than stdout") {
  const auto end = end_after([] {
    const int other = dup(STDOUT_FILENO);
    close(STDOUT_FILENO);
    probe::Watchdog watchdog{steady_clock::now(), probe::Destination{other}};
    watchdog.prepare("last\n", 7);
  });
  CHECK(end.exit_status == 7);
  CHECK(end.output == "last\n");
}

TEST_CASE("a disarmed watchdog does not end the process") {
  const auto end = end_after([] {
    const auto is_set = [] {
      itimerval timer{};
      return getitimer(ITIMER_REAL, &timer) != 0 || timer.it_value.tv_sec > 0;
    };
    probe::Watchdog watchdog{steady_clock::now() + 1h};
    watchdog.prepare("last\n", 7);
    if (!is_set()) _exit(1);
    watchdog.disarm();
    _exit(is_set() ? 2 : 3);
  });
  CHECK(end.exit_status == 3);
  CHECK(end.output.empty());
}
