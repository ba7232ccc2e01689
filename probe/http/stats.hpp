#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

#include "document/document.hpp"

namespace probe::http {

/// What healthboard counts about itself.
struct Stats {
  std::map<int, std::uint64_t> requests{};  ///< answered, by status code
  std::size_t connections = 0;              ///< open now
  std::uint64_t polls = 0;
  std::optional<bool> redis_up{};      ///< at the last poll; nothing: Redis was not asked
  heartbeat::WallTime last_success{};  ///< when the last poll that succeeded began
  heartbeat::WallTime started{};
};

}  // namespace probe::http
