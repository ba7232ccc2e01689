#pragma once

#include <chrono>
#include <string>

#include "heartbeat/heartbeat.hpp"
#include "redis/endpoint.hpp"
#include "redis/environment.hpp"

namespace heartbeat {

/// A Config with every gap filled, and found to make sense.
struct Settings {
  std::string service;
  std::string key;
  redis::Endpoint endpoint;
  std::chrono::milliseconds interval;
  std::chrono::seconds ttl;
  std::chrono::milliseconds start_grace;
  std::chrono::milliseconds stop_timeout;
};

/// Throws ConfigError, with one line that says which field or variable is wrong.
Settings settings_from(const Config& config, const redis::Environment& environment);

}  // namespace heartbeat
