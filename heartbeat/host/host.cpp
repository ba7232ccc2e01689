#include "host/host.hpp"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <array>

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
