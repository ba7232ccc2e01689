#include "host/host.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "document/text.hpp"
#include "host/descriptor.hpp"

namespace heartbeat {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

namespace {

nanoseconds read_clock(clockid_t clock) noexcept {
  timespec now{};
  clock_gettime(clock, &now);
  return std::chrono::seconds{now.tv_sec} + nanoseconds{now.tv_nsec};
}

}  // namespace

std::string host_name() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

std::string boot_id() {
  const Descriptor file{open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)};
  const auto id = file ? read_at_most(file, 64).value_or("") : "";
  return id.substr(0, id.find('\n'));
}

std::optional<std::uint64_t> namespace_inode(const char* kind) {
  struct stat status{};
  const auto path = std::string{"/proc/self/ns/"} + kind;
  if (stat(path.c_str(), &status) != 0) return std::nullopt;
  return status.st_ino;
}

std::optional<std::uint64_t> start_ticks(std::int64_t pid) {
  constexpr std::size_t longest_line = 1'024;
  constexpr int fields_from_state = 22 - 3;
  const auto path = "/proc/" + std::to_string(pid) + "/stat";
  const Descriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  const auto line = file ? read_at_most(file, longest_line).value_or("") : "";
  // `12 (name) S 1 ...`: the name of the process may contain anything.
  auto rest = std::string_view{line}.substr(std::min(line.rfind(") "), line.size()));
  rest.remove_prefix(std::min<std::size_t>(2, rest.size()));
  if (rest.empty() || rest.front() == 'Z' || rest.front() == 'X') return std::nullopt;  // dead
  for (int i = 0; i < fields_from_state; ++i)
    rest.remove_prefix(std::min(rest.find(' '), rest.size() - 1) + 1);
  return parse_integer<std::uint64_t>(rest.substr(0, rest.find(' ')));
}

milliseconds duration_of_ticks(std::uint64_t ticks) noexcept {
  const auto each_second = static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK));
  return milliseconds{ticks / each_second * 1000 + ticks % each_second * 1000 / each_second};
}

milliseconds time_since_boot() noexcept {
  return std::chrono::floor<milliseconds>(read_clock(CLOCK_BOOTTIME));
}

nanoseconds suspended_since_boot() noexcept {
  constexpr milliseconds close_together{10};
  nanoseconds difference{};
  // Try again if the thread lost its processor between two readings.
  for (int attempts = 0; attempts < 4; ++attempts) {
    const auto before = read_clock(CLOCK_MONOTONIC);
    difference = read_clock(CLOCK_BOOTTIME) - before;
    if (read_clock(CLOCK_MONOTONIC) - before < close_together) break;
  }
  return difference;
}

WallTime wall_now() noexcept {
  return std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
}

}  // namespace heartbeat
