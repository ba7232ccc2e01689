#pragma once

#include <stdexcept>

namespace heartbeat {

/// A mistake in a declaration or in the configuration, by the programmer or in the environment: a
/// bad URL, an unknown time zone, two checks with one name. The message is one line that states
/// the wrong value and what is accepted. Trouble with Redis is never thrown.
class ConfigError : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

/// start() in a forked child, although the parent had started the Heartbeat.
class ForkedError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

}  // namespace heartbeat
