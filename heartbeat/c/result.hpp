#pragma once

#include <chrono>
#include <new>
#include <string_view>
#include <system_error>

#include "heartbeat/error.hpp"
#include "heartbeat/heartbeat.h"

namespace heartbeat::c {

/// Keeps the text for heartbeat_last_error(), and returns `result`.
heartbeat_result fail(heartbeat_result result, std::string_view text) noexcept;

/// A mistake of the caller that C++ would not compile.
class BadArgument : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

/// The beat belongs to the parent of this process.
class Forked {};

/// The beat has stopped.
class Stopped {};

/// Milliseconds that nanoseconds can count. Throws ConfigError for more than 100 years.
std::chrono::milliseconds duration(std::int64_t milliseconds, const char* what);

/// Throws BadArgument for null.
template <typename T>
T& require(T* pointer, const char* what) {
  if (pointer == nullptr) throw BadArgument{what + std::string{" is null"}};
  return *pointer;
}

/// Runs the body of a function of the C interface; turns every exception into a result.
template <typename Body>
heartbeat_result guarded(Body body) noexcept try {
  body();
  return HEARTBEAT_OK;
} catch (const ConfigError& e) {
  return fail(HEARTBEAT_BAD_CONFIG, e.what());
} catch (const BadArgument& e) {
  return fail(HEARTBEAT_BAD_ARGUMENT, e.what());
} catch (const Forked&) {
  return fail(HEARTBEAT_FORKED, "the heartbeat belongs to the parent of this process");
} catch (const Stopped&) {
  return fail(HEARTBEAT_STOPPED, "the heartbeat has stopped");
} catch (const std::bad_alloc&) {
  return fail(HEARTBEAT_NO_RESOURCES, "no memory");
} catch (const std::exception& e) {
  return fail(HEARTBEAT_NO_RESOURCES, e.what());
} catch (...) {
  return fail(HEARTBEAT_NO_RESOURCES, "an exception of an unknown type was thrown");
}

}  // namespace heartbeat::c
