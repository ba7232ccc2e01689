#pragma once

#include <stdexcept>

namespace heartbeat {

/// A mistake in a declaration or in the configuration, made by the programmer
/// or by the environment: a bad URL, an unknown time zone, two checks of one
/// name. The message is one line that names the offending value and what is
/// accepted. Redis's weather is never thrown.
class ConfigError : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

}  // namespace heartbeat
