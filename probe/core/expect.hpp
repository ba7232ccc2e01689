#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "heartbeat/condition.hpp"

namespace probe {

/// A demand on one field of the document: `error_count < 5`.
struct Expectation {
  using Value = std::variant<std::nullptr_t, bool, double, std::string>;

  /// Names joined by dots, numbers for the places in an array. A name may hold
  /// dots itself: the longest that exists wins.
  std::string field;
  heartbeat::Comparison comparison = heartbeat::Comparison::equal;
  Value value;
  std::string text;  ///< comparison and value as the user wrote the latter: `< 5`
};

/// Reads 'FIELD OP VALUE'. OP is one of < <= > >= == != and = for ==; VALUE a
/// number, true, false, null, a "quoted text" or one word. The error is one
/// phrase that names the offending part.
tl::expected<Expectation, std::string> parse_expectation(std::string_view text);

/// Which of the expectations do not hold for a document that decode() accepts,
/// and why, such as `error_count is 12, expected < 5`. A field that is not
/// there, and values that cannot be compared, never hold; everything can be
/// compared with null.
std::vector<std::string> complaints(std::string_view document,
                                    std::span<const Expectation> expectations);

}  // namespace probe
