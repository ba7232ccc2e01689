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

/// What the kernel says of a process, from its state on: `S 1 ...`. Empty: no such process is
/// shown.
std::string status_of_process(std::int64_t pid) {
  constexpr std::size_t longest_line = 1'024;
  const auto path = "/proc/" + std::to_string(pid) + "/stat";
  const Descriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  const auto line = file ? read_at_most(file, longest_line).value_or("") : "";
  // `12 (name) S 1 ...`: the name of the process may contain anything.
  const auto name_ends = line.rfind(") ");
  return name_ends == line.npos ? "" : line.substr(name_ends + 2);
}

/// The number in the field, counted from 0.
std::optional<std::uint64_t> field(std::string_view status, int index) {
  for (; index > 0 && !status.empty(); --index)
    status.remove_prefix(std::min(status.find(' '), status.size() - 1) + 1);
  return parse_integer<std::uint64_t>(status.substr(0, status.find(' ')));
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
  const auto status = status_of_process(pid);
  if (status.empty() || status.front() == 'Z' || status.front() == 'X')
    return std::nullopt;  // dead
  constexpr int start = 22 - 3;
  return field(status, start);
}

std::optional<std::int64_t> parent_of(std::int64_t pid) {
  const auto parent = field(status_of_process(pid), 1);
  return parent ? std::optional{static_cast<std::int64_t>(*parent)} : std::nullopt;
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
