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

/// What a caller got wrong in a way that C++ would not have compiled.
class BadArgument : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

/// The beat is the parent's.
class Forked {};

/// Milliseconds from C, few enough to be counted in nanoseconds. Throws ConfigError.
std::chrono::milliseconds duration(std::int64_t milliseconds, const char* what);

/// Throws BadArgument for null.
template <typename T>
T& demand(T* pointer, const char* what) {
  if (pointer == nullptr) throw BadArgument{what + std::string{" is null"}};
  return *pointer;
}

/// Runs the body of a function of the C interface: no exception gets past it.
template <typename Body>
heartbeat_result guarded(Body body) noexcept try {
  body();
  return HEARTBEAT_OK;
} catch (const ConfigError& e) {
  return fail(HEARTBEAT_BAD_CONFIG, e.what());
} catch (const BadArgument& e) {
  return fail(HEARTBEAT_BAD_ARGUMENT, e.what());
} catch (const Forked&) {
  return fail(HEARTBEAT_FORKED, "a forked child has no part in its parent's heartbeat");
} catch (const std::bad_alloc&) {
  return fail(HEARTBEAT_NO_RESOURCES, "no memory");
} catch (const std::exception& e) {
  return fail(HEARTBEAT_NO_RESOURCES, e.what());
} catch (...) {
  return fail(HEARTBEAT_NO_RESOURCES, "something that is no exception was thrown");
}

}  // namespace heartbeat::c
