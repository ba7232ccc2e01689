#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "document/document.hpp"

namespace heartbeat {

/// How long a beginning of a document always holds its signature. Of ours that
/// ends within 600 bytes: a host name has at most 64, each of which JSON may
/// spell in six. The rest is room for the spaces of foreign writers.
inline constexpr std::size_t signature_bytes = 1'024;

/// The reason of an `unhealthy` document that is its writer's last.
inline constexpr std::string_view farewell_reason = "stopped";

/// Who wrote a document. Nothing of it is to be trusted.
struct Signature {
  std::optional<Instance> instance{};
  std::optional<std::uint64_t> sequence{};
  std::optional<std::chrono::milliseconds> interval{};
  bool farewell = false;  ///< its writer's last document

  bool operator==(const Signature&) const = default;
};

/// Reads it from the beginning of a document, however cut. What is missing, cut
/// through, of another type or behind something that is no JSON is not there.
/// Throws nothing but std::bad_alloc.
Signature read_signature(std::string_view beginning);

}  // namespace heartbeat
