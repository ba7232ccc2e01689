#include "writer/instance.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <random>

#include "host/host.hpp"

namespace heartbeat {

Instance this_instance(const std::string& name) {
  std::random_device random;
  return {.host = host_name(),
          .pid = getpid(),
          .id = fmt::format("{:08x}{:08x}", random(), random()),
          .name = name};
}

}  // namespace heartbeat
