#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>

#include "heartbeat/condition.hpp"

namespace heartbeat {
struct JsonValue;
}

namespace probe {

/// A demand on one field of the document: `error_count < 5`.
struct Expectation {
  using Literal = std::variant<std::nullptr_t, bool, double, std::string>;

  std::string field;  ///< a path, as find_field() takes it
  heartbeat::Comparison comparison = heartbeat::Comparison::equal;
  Literal value;
  std::string text;  ///< comparison and value as the user wrote the latter: `< 5`
};

/// Reads 'FIELD OP VALUE'. OP is one of < <= > >= == != and = for ==; VALUE a
/// number, true, false, null, a "quoted text" or one word. The error is one
/// phrase that names the offending part.
tl::expected<Expectation, std::string> parse_expectation(std::string_view text);

/// The field at the end of a path of names of members and indices of arrays, joined by dots. A
/// name may hold dots itself: the longest that leads to a field wins. Null when there is none.
const heartbeat::JsonValue* find_field(const heartbeat::JsonValue& json, std::string_view path);

/// Says which of the expectations a document does not meet, and why, joined by "; ", such as
/// `error_count is 12, expected < 5`; empty if it meets all. A missing field, and a value that
/// cannot be compared, never meet one; everything can be compared with null.
std::string unmet_expectations(const heartbeat::JsonValue& document,
                               std::span<const Expectation> expectations);

}  // namespace probe
