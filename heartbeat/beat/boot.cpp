#include "beat/boot.hpp"

#include <time.h>

#include "redis/environment.hpp"

namespace heartbeat {

std::string this_boot() {
  return redis::process_environment().file("/proc/sys/kernel/random/boot_id").value_or("");
}

std::chrono::milliseconds since_boot() noexcept {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::seconds{now.tv_sec} +
                                                       std::chrono::nanoseconds{now.tv_nsec});
}

}  // namespace heartbeat
