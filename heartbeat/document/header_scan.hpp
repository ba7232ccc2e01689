#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace heartbeat {

/// What a healthy document says, as far as a verdict in one line of text needs it. The views
/// point into the text that was scanned.
struct HealthyHeader {
  std::string_view summary{};  ///< equals summarize() of the decoded document
  std::optional<std::string_view> service{};
  std::string_view host{};      ///< of its instance; empty: it names none
  std::string_view instance{};  ///< the replica's name; empty: it names none
  std::optional<std::chrono::milliseconds> interval{};
  std::optional<std::chrono::milliseconds> ttl{};

  bool operator==(const HealthyHeader&) const = default;
};

/// Reads a healthy document that is spelled as our writers spell theirs: decode() would say the
/// same, at many times the cost. Returns nothing for every other text, for example one with
/// another status, non-ASCII text or an exponent: such a text may be a document, and decode()
/// tells. Pure; does not allocate.
std::optional<HealthyHeader> scan_healthy(const std::string& text);

}  // namespace heartbeat
