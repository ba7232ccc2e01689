#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace heartbeat {

/// The fields of a healthy document that a verdict in one line of text needs. The views point into
/// the scanned text.
struct HealthyHeader {
  std::string_view summary{};  ///< equals summarize() of the decoded document
  std::optional<std::string_view> service{};
  std::string_view host{};      ///< of the instance; empty: absent
  std::string_view instance{};  ///< the replica's name; empty: absent
  std::optional<std::chrono::milliseconds> interval{};
  std::optional<std::chrono::milliseconds> ttl{};

  bool operator==(const HealthyHeader&) const = default;
};

/// Reads a healthy document in the form that our writers use. The result equals that of decode(),
/// at a small part of the cost. Returns nothing for any other text, for example for another status,
/// non-ASCII characters or an exponent: decode() must read that text. Pure; does not allocate.
std::optional<HealthyHeader> scan_healthy(const std::string& text);

}  // namespace heartbeat
