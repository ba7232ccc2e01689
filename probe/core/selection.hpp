#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace probe {

/// Which services are judged.
struct Selection {
  std::vector<std::string> services{};  ///< names of services or replicas, each once
  bool all = false;                     ///< every name on the roster instead
  bool scan = false;                    ///< and every name that has a key; then `all` is true
  std::size_t min_healthy = 0;          ///< replicas of a service that are enough; 0: all
};

}  // namespace probe
