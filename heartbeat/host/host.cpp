#include "host/host.hpp"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <array>

#include "host/descriptor.hpp"

namespace heartbeat {

using std::chrono::milliseconds;

std::string host_name() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

std::string boot_id() {
  const Descriptor file{open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)};
  std::array<char, 64> id{};
  const auto size = file ? read(file.number(), id.data(), id.size()) : 0;
  std::string text{id.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
  return text.substr(0, text.find('\n'));
}

milliseconds time_since_boot() noexcept {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return std::chrono::floor<milliseconds>(std::chrono::seconds{now.tv_sec} +
                                          std::chrono::nanoseconds{now.tv_nsec});
}

WallTime wall_now() noexcept {
  return std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
}

}  // namespace heartbeat
