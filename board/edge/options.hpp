#pragma once

#include <cstdint>

#include "edge/options.hpp"

namespace board {

struct Options {
  probe::Options probe;  ///< no services: the whole fleet
  bool whole_fleet = false;
  std::string address = "127.0.0.1";
  std::uint16_t port = 8686;
  std::size_t max_connections = 1024;
};

/// Reads the arguments, the program's name first, and the variables.
tl::expected<Options, probe::Stop> parse_options(std::span<const char* const> arguments,
                                                 const heartbeat::redis::Environment& environment);

}  // namespace board
