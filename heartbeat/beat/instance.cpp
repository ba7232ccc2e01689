#include "beat/instance.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <random>

namespace heartbeat {

Instance this_instance(const std::string& name) {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  std::random_device random;
  return {.host = host.data(),
          .pid = getpid(),
          .id = fmt::format("{:08x}{:08x}", random(), random()),
          .name = name};
}

}  // namespace heartbeat
