#pragma once

#include <chrono>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "heartbeat/error.hpp"
#include "heartbeat/heartbeat.h"

namespace heartbeat::c {

/// Keeps the text for heartbeat_last_error(), and returns `result`.
heartbeat_result fail(heartbeat_result result, std::string_view text) noexcept;

/// Ends a function of the C interface with a result other than HEARTBEAT_OK.
struct Rejected {
  heartbeat_result result;
  std::string text;
};
/// A mistake of the caller that C++ would not compile.
inline Rejected bad_argument(std::string text) { return {HEARTBEAT_BAD_ARGUMENT, std::move(text)}; }
inline Rejected stopped() { return {HEARTBEAT_STOPPED, "the heartbeat has stopped"}; }

/// Milliseconds that nanoseconds can count. Throws ConfigError for more than 100 years.
std::chrono::milliseconds duration(std::int64_t milliseconds, const char* what);

/// Rejects null.
template <typename T>
T& require(T* pointer, const char* what) {
  if (pointer == nullptr) throw bad_argument(what + std::string{" is null"});
  return *pointer;
}

/// Runs the body of a function of the C interface; turns every exception into a result.
template <typename Body>
heartbeat_result guarded(Body body) noexcept try {
  body();
  return HEARTBEAT_OK;
} catch (const ConfigError& e) {
  return fail(HEARTBEAT_BAD_CONFIG, e.what());
} catch (const Rejected& e) {
  return fail(e.result, e.text);
} catch (const std::bad_alloc&) {
  return fail(HEARTBEAT_NO_RESOURCES, "no memory");
} catch (const std::exception& e) {
  return fail(HEARTBEAT_NO_RESOURCES, e.what());
} catch (...) {
  return fail(HEARTBEAT_NO_RESOURCES, "an exception of an unknown type was thrown");
}

}  // namespace heartbeat::c
