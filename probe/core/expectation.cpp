#include "core/expectation.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "document/document.hpp"
#include "document/json_value.hpp"
#include "document/text.hpp"

namespace probe {
namespace {

using heartbeat::compare;
using heartbeat::Comparison;
using heartbeat::JsonValue;
using heartbeat::trimmed;
using Failed = tl::unexpected<std::string>;

/// The comparison at the beginning of the text: `<=` before `<`. Empty: there is none.
std::string_view operator_in(std::string_view text) {
  for (const std::size_t length : {std::size_t{2}, std::size_t{1}})
    if (heartbeat::enum_from<Comparison>(text.substr(0, length))) return text.substr(0, length);
  return text.substr(0, text.starts_with('='));
}

bool is_equality(Comparison comparison) {
  return comparison == Comparison::equal || comparison == Comparison::not_equal;
}

std::optional<Expectation::Literal> parse_literal(std::string_view text) {
  // JSON, or one word without quotes.
  if (text == "null") return nullptr;
  if (text == "true" || text == "false") return text == "true";
  if (const auto number = heartbeat::parse_number(text)) return *number;
  if (text.starts_with('"'))
    if (const auto json = heartbeat::parse_json(text))
      if (const auto* quoted = json->get_if<std::string>()) return *quoted;
  if (text.find_first_of(" \t\"'<>=!{}[]") != text.npos) return std::nullopt;
  return std::string{text};
}

/// Nothing if the two values cannot be compared.
std::optional<bool> holds(const JsonValue& found, const Expectation& expectation) {
  return std::visit(
      [&]<typename T>(const T& expected) -> std::optional<bool> {
        if constexpr (std::is_same_v<T, std::nullptr_t>)
          return compare(found.get_if<T>() != nullptr, expectation.comparison, true);
        else if constexpr (std::is_same_v<T, double>) {
          const auto number = found.number();
          if (!number) return std::nullopt;
          return compare(*number, expectation.comparison, expected);
        } else {
          const auto* value = found.get_if<T>();
          if (value == nullptr) return std::nullopt;
          return compare(*value, expectation.comparison, expected);
        }
      },
      expectation.value);
}

std::string shown(const JsonValue& json) {
  constexpr std::size_t max_bytes = 60;
  return std::visit(
      [&]<typename T>(const T& value) -> std::string {
        if constexpr (std::is_same_v<T, JsonValue::Members>)
          return "an object";
        else if constexpr (std::is_same_v<T, JsonValue::Elements>)
          return "an array";
        else
          return heartbeat::truncate(nlohmann::ordered_json(value).dump(), max_bytes);
      },
      json.value);
}

const JsonValue* find_direct(const JsonValue& json, std::string_view name) {
  const auto* array = json.get_if<JsonValue::Elements>();
  if (array == nullptr) return json.find(name);
  const auto index = heartbeat::parse_integer<std::size_t>(name);
  return index && *index < array->size() ? &(*array)[*index] : nullptr;
}

std::optional<std::string> complaint(const JsonValue& document, const Expectation& expectation) {
  const auto* found = find_field(document, expectation.field);
  if (found == nullptr)
    return fmt::format("no field '{}', expected {}", expectation.field, expectation.text);
  const auto held = holds(*found, expectation);
  if (held == true) return std::nullopt;
  return fmt::format("{} is {}, {} {}", expectation.field, shown(*found),
                     held ? "expected" : "which cannot be compared, expected", expectation.text);
}

}  // namespace

tl::expected<Expectation, std::string> parse_expectation(std::string_view text) {
  const auto at = text.find_first_of("<>=!");
  const auto rest = at == text.npos ? std::string_view{} : text.substr(at);
  const auto op = operator_in(rest);
  if (op.empty())
    return Failed{"has no comparison (accepted: FIELD OP VALUE, OP one of < <= > >= == !=)"};
  const auto comparison = heartbeat::enum_from<Comparison>(op).value_or(Comparison::equal);
  const auto field = trimmed(text.substr(0, at));
  const auto value = trimmed(rest.substr(op.size()));
  if (field.empty()) return Failed{"names no field before the comparison"};
  if (value.empty()) return Failed{"has no value after the comparison"};
  auto parsed = parse_literal(value);
  if (!parsed)
    return Failed{fmt::format(
        "has the value {}, which is no number, true, false, null, \"quoted text\" or single word",
        value)};
  if (!std::holds_alternative<double>(*parsed) && !is_equality(comparison))
    return Failed{fmt::format("needs a number after {}", op)};
  return Expectation{.field = std::string{field},
                     .comparison = comparison,
                     .value = std::move(*parsed),
                     .text = fmt::format("{} {}", to_string(comparison), value)};
}

const JsonValue* find_field(const JsonValue& json, std::string_view path) {
  for (auto end = path.size(); end != path.npos && end > 0; end = path.rfind('.', end - 1)) {
    const auto* found = find_direct(json, path.substr(0, end));
    if (found != nullptr && end < path.size()) found = find_field(*found, path.substr(end + 1));
    if (found != nullptr) return found;
  }
  return nullptr;
}

std::string unmet_expectations(const JsonValue& document,
                               std::span<const Expectation> expectations) {
  std::string unmet;
  for (const auto& expectation : expectations)
    if (const auto text = complaint(document, expectation))
      unmet.append(unmet.empty() ? "" : "; ").append(*text);
  return unmet;
}

}  // namespace probe
