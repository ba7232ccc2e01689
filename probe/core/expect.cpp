#include "core/expect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/field.hpp"
#include "document/python_json.hpp"
#include "document/text.hpp"

namespace probe {
namespace {

using heartbeat::Comparison;
using Json = nlohmann::ordered_json;
using Failed = tl::unexpected<std::string>;

constexpr std::size_t longest_shown = 60;

struct Operator {
  std::string_view spelling;
  Comparison comparison;
};
// Those of two characters first, so that each is found before its own beginning.
constexpr std::array operators{
    Operator{"<=", Comparison::less_equal}, Operator{">=", Comparison::greater_equal},
    Operator{"==", Comparison::equal},      Operator{"!=", Comparison::not_equal},
    Operator{"<", Comparison::less},        Operator{">", Comparison::greater},
    Operator{"=", Comparison::equal},
};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t";
  const auto first = text.find_first_not_of(blanks);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool is_equality(Comparison comparison) {
  return comparison == Comparison::equal || comparison == Comparison::not_equal;
}

std::optional<Expectation::Value> parse_value(std::string_view text) {
  // What is JSON means what it means in JSON; one word is a text.
  const auto json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_null()) return nullptr;
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number()) return json.get<double>();
  if (json.is_string()) return json.get<std::string>();
  if (text.find_first_of(" \t\"'<>=!{}[]") != text.npos) return std::nullopt;
  return std::string{text};
}

template <typename T>
bool compare(const T& found, Comparison comparison, const T& expected) {
  switch (comparison) {
    case Comparison::less:
      return found < expected;
    case Comparison::less_equal:
      return found <= expected;
    case Comparison::greater:
      return found > expected;
    case Comparison::greater_equal:
      return found >= expected;
    case Comparison::equal:
      return found == expected;
    case Comparison::not_equal:
      return found != expected;
  }
  return false;
}

/// Nothing when the two cannot be compared.
std::optional<bool> holds(const Json& found, const Expectation& expectation) {
  const auto compared = [&](const auto& value) {
    using T = std::decay_t<decltype(value)>;
    return std::optional{compare(value, expectation.comparison, std::get<T>(expectation.value))};
  };
  if (std::holds_alternative<std::nullptr_t>(expectation.value))
    return compare(found.is_null(), expectation.comparison, true);
  if (std::holds_alternative<bool>(expectation.value) && found.is_boolean())
    return compared(found.get<bool>());
  if (std::holds_alternative<double>(expectation.value) && found.is_number())
    return compared(found.get<double>());
  if (std::holds_alternative<std::string>(expectation.value) && found.is_string())
    return compared(found.get<std::string>());
  return std::nullopt;
}

std::string shown(const Json& json) {
  if (json.is_object()) return "an object";
  if (json.is_array()) return "an array";
  return heartbeat::truncate(json.dump(-1, ' ', false, Json::error_handler_t::replace),
                             longest_shown);
}

std::optional<std::string> complaint(const Json& document, const Expectation& expectation) {
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
  const auto* op = std::ranges::find_if(
      operators, [&](const Operator& o) { return rest.starts_with(o.spelling); });
  if (op == operators.end())
    return Failed{"has no comparison (accepted: FIELD OP VALUE, OP one of < <= > >= == !=)"};

  const auto field = trimmed(text.substr(0, at));
  const auto value = trimmed(rest.substr(op->spelling.size()));
  if (field.empty()) return Failed{"names no field before the comparison"};
  if (value.empty()) return Failed{"has no value after the comparison"};
  auto parsed = parse_value(value);
  if (!parsed)
    return Failed{fmt::format(
        "has the value {}, which is no number, true, false, null, \"quoted text\" or single word",
        value)};
  if (!std::holds_alternative<double>(*parsed) && !is_equality(op->comparison))
    return Failed{fmt::format("needs a number after {}", op->spelling)};
  return Expectation{.field = std::string{field},
                     .comparison = op->comparison,
                     .value = std::move(*parsed),
                     .text = fmt::format("{} {}", to_string(op->comparison), value)};
}

std::vector<std::string> complaints(std::string_view document,
                                    std::span<const Expectation> expectations) {
  const auto json =
      Json::parse(heartbeat::plain_json(document), nullptr, /*allow_exceptions=*/false);
  std::vector<std::string> result;
  for (const auto& expectation : expectations)
    if (auto text = complaint(json, expectation)) result.push_back(std::move(*text));
  return result;
}

}  // namespace probe
