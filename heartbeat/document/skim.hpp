#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "heartbeat/status.hpp"

namespace heartbeat {

/// What tells whether a document is healthy and fresh.
struct Vitals {
  Status status = Status::starting;
  std::optional<std::chrono::milliseconds> interval{};
  std::optional<std::chrono::milliseconds> ttl{};

  bool operator==(const Vitals&) const = default;
};

/// The vitals of a document that is spelt as our writers spell theirs: decode() would say the
/// same, at twenty times the cost. Nothing of any other, such as one with non-ASCII text, `\u` or
/// an exponent: that one may be in order or not, and decode() tells. Pure.
std::optional<Vitals> skim(const std::string& text);

}  // namespace heartbeat
