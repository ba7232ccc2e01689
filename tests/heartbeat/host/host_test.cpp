#include "host/host.hpp"

#include <doctest/doctest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

using namespace std::chrono_literals;
using heartbeat::start_ticks;

TEST_CASE("the start of a living process is told, whatever its name") {
  const auto ours = start_ticks(getpid());
  REQUIRE(ours);
  const auto started = heartbeat::duration_of_ticks(*ours);
  CHECK(started > 0ms);
  CHECK(started <= heartbeat::time_since_boot());
  REQUIRE(prctl(PR_SET_NAME, "a) Z 1 (b") == 0);
  CHECK(start_ticks(getpid()) == ours);
  REQUIRE(prctl(PR_SET_NAME, "heartbeat_tests") == 0);
}

TEST_CASE("a process that has ended has no start, even before its parent knows") {
  const auto child = fork();
  if (child == 0) _exit(0);
  siginfo_t ended{};
  REQUIRE(waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT) == 0);
  CHECK_FALSE(start_ticks(child));  // a zombie
  REQUIRE(waitpid(child, nullptr, 0) == child);
  CHECK_FALSE(start_ticks(child));
  for (const std::int64_t none : {std::int64_t{0}, std::int64_t{-1}, INT64_MAX})
    CHECK_FALSE(start_ticks(none));
}

TEST_CASE("the parent of a process is told, also of one that has ended") {
  CHECK(heartbeat::parent_of(getpid()) == getppid());
  const auto child = fork();
  if (child == 0) _exit(0);
  siginfo_t ended{};
  REQUIRE(waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT) == 0);
  CHECK(heartbeat::parent_of(child) == getpid());
  REQUIRE(waitpid(child, nullptr, 0) == child);
  CHECK_FALSE(heartbeat::parent_of(child));
  CHECK_FALSE(heartbeat::parent_of(0));
}

TEST_CASE("the namespaces of this process have inodes") {
  CHECK(heartbeat::namespace_inode("pid"));
  CHECK(heartbeat::namespace_inode("net"));
  CHECK_FALSE(heartbeat::namespace_inode("none"));
}
