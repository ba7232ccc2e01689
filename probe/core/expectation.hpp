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

  std::string field;  ///< a path for find_field()
  heartbeat::Comparison comparison = heartbeat::Comparison::equal;
  Literal value;
  std::string text;  ///< comparison and value, the value as the user wrote it: `< 5`
};

/// Reads 'FIELD OP VALUE'. OP is one of < <= > >= == !=, or = for ==. VALUE is a number, true,
/// false, null, a "quoted text" or one word. The error is one phrase that names the wrong part.
tl::expected<Expectation, std::string> parse_expectation(std::string_view text);

/// The field at a path of members and indices, joined by dots. A name may itself contain dots; the
/// longest name that leads to a field wins. Null: no such field.
const heartbeat::JsonValue* find_field(const heartbeat::JsonValue& json, std::string_view path);

/// `error_count is 12, expected < 5` for each expectation that does not hold, joined by "; ". None
/// holds for a missing field, or for a value of another type; any value can be compared with null.
std::string unmet_expectations(const heartbeat::JsonValue& document,
                               std::span<const Expectation> expectations);

}  // namespace probe
