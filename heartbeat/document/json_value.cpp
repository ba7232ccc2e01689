#include "document/json_value.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <ranges>

#include "document/document.hpp"
#include "document/plain_json.hpp"
#include "document/text.hpp"

namespace heartbeat {
namespace {

using Names = std::span<const std::string_view>;

/// A nlohmann::json_sax that builds the tree. Returning false ends the parsing. With names it keeps
/// the members of the root that have one of them, down to the members of their members; arrays stay
/// empty. What it does not keep costs no memory.
class TreeBuilder {
 public:
  static constexpr bool keeps_numbers = true;

  explicit TreeBuilder(Names names, bool ends_with_all_names = false)
      : names_{names}, ends_with_all_names_{ends_with_all_names} {}

  bool null() { return add(nullptr); }
  bool boolean(bool truth) { return add(truth); }
  bool number_integer(nlohmann::json::number_integer_t number) { return add(number); }
  bool number_unsigned(nlohmann::json::number_unsigned_t number) { return add(number); }
  bool number_float(nlohmann::json::number_float_t number, std::string_view) { return add(number); }
  bool string(std::string_view text) {
    return dropped_from_ == 0 ? add(std::string{text}) : add(nullptr);
  }
  bool binary(nlohmann::json::binary_t&) { return false; }
  bool start_object(std::size_t) { return open(JsonValue::Members{}, depth_ == kept_levels); }
  bool start_array(std::size_t) { return open(JsonValue::Elements{}, true); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool key(std::string_view name) {
    if (depth_ == 1 && !names_.empty()) {
      if (ends_with_all_names_ && has_all_names()) return false;
      dropped_from_ = std::ranges::find(names_, name) == names_.end() ? 1 : 0;
      if (dropped_from_ == 0)
        std::erase_if(members(), [&](auto& member) { return member.first == name; });
    }
    if (dropped_from_ == 0) members().emplace_back(name, JsonValue{});
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) {
    return false;
  }

  std::string_view refusal() const {
    if (values_ > max_values) return "more than 4096 values";
    return is_too_deep_ ? "nested too deeply" : "not JSON";
  }

  /// The tree, without a last value that is incomplete.
  JsonValue finish() {
    auto* object = std::get_if<JsonValue::Members>(&root_.value);
    if (object != nullptr && open_.size() > 1) object->pop_back();
    return std::move(root_);
  }

 private:
  static constexpr std::size_t kept_levels = 3;  // document, checks, check

  JsonValue::Members& members() { return std::get<JsonValue::Members>(open_.back()->value); }

  JsonValue& place(JsonValue&& value) {
    if (open_.empty()) return root_ = std::move(value);
    if (auto* array = std::get_if<JsonValue::Elements>(&open_.back()->value))
      return array->emplace_back(std::move(value));
    return members().back().second = std::move(value);
  }

  template <typename Scalar>
  bool add(Scalar&& scalar) {
    if (++values_ > max_values) return false;
    if (dropped_from_ == 0) place(JsonValue{std::forward<Scalar>(scalar)});
    return true;
  }

  template <typename Container>
  bool open(Container&& empty, bool stays_empty) {
    if (++values_ > max_values) return false;
    is_too_deep_ = depth_ == max_nesting;
    if (is_too_deep_) return false;
    ++depth_;
    if (dropped_from_ != 0) return true;
    open_.push_back(&place(JsonValue{std::forward<Container>(empty)}));
    if (stays_empty && !names_.empty()) dropped_from_ = depth_;
    return true;
  }

  bool close() {
    if (dropped_from_ == depth_) dropped_from_ = 0;
    if (dropped_from_ == 0) open_.pop_back();
    --depth_;
    return true;
  }

  bool has_all_names() const {
    return std::ranges::all_of(names_, [&](auto name) { return root_.find(name) != nullptr; });
  }

  Names names_;
  bool ends_with_all_names_;
  JsonValue root_;
  std::vector<JsonValue*> open_;  // kept objects and arrays without an end yet, outermost first
  std::size_t depth_ = 0;         // the number of all objects and arrays without an end yet
  std::size_t dropped_from_ = 0;  // from which depth on nothing is kept; 0: all is
  std::size_t values_ = 0;        // all that began, kept or not
  bool is_too_deep_ = false;
};

/// What happens to the first `length` bytes of a text.
struct Rewrite {
  std::size_t length = 0;
  std::string_view replacement{};  ///< empty: the bytes stay unchanged
};

/// The code unit of a \uXXXX escape at the beginning of `text`.
std::optional<unsigned> code_unit(std::string_view text) {
  constexpr std::size_t length = 6;
  if (text.size() < length || !text.starts_with("\\u")) return std::nullopt;
  return parse_integer<unsigned>(text.substr(2, length - 2), 16);
}

bool is_high_surrogate(unsigned unit) { return unit >= 0xd800 && unit <= 0xdbff; }
bool is_low_surrogate(unsigned unit) { return unit >= 0xdc00 && unit <= 0xdfff; }

/// Whether the escape at the beginning of `text` can only be \ud800 to \udfff.
bool begins_as_surrogate(std::string_view text) {
  return text.size() > 3 && text[1] == 'u' && lower(text[2]) == 'd' && text[3] >= '8';
}

Rewrite rewrite_escape(std::string_view text) {
  if (!begins_as_surrogate(text)) return {2};
  const auto unit = code_unit(text);
  if (!unit) return {2};
  if (is_high_surrogate(*unit)) {
    const auto next = code_unit(text.substr(6));
    if (next && is_low_surrogate(*next)) return {12};
  }
  return {6, "\ufffd"};  // in UTF-8: half as long to read as the escape
}

/// The first quote or backslash from `from` on, or the end.
std::size_t end_of_plain(std::string_view text, std::size_t from) {
  while (from < text.size() && text[from] != '"' && text[from] != '\\') ++from;
  return from;
}

/// The length of the number at the beginning of `text`; 0: there is none.
std::size_t length_of_number(std::string_view text) {
  const auto after_digits = [text](std::size_t from) {
    while (from < text.size() && is_digit(text[from])) ++from;
    return from;
  };
  const auto is_at = [text](std::size_t place, char one, char other) {
    return place < text.size() && (text[place] == one || text[place] == other);
  };
  auto end = after_digits(is_at(0, '-', '-') ? 1 : 0);
  if (is_at(end, '.', '.')) end = after_digits(end + 1);
  if (end > 0 && is_at(end, 'e', 'E')) end = after_digits(end + (is_at(end + 1, '+', '-') ? 2 : 1));
  return end;
}

bool is_beyond_double(std::string_view number) {
  constexpr std::string_view shortest{"1e309"};
  constexpr std::int64_t digits_of_the_largest = 309;
  if (number.size() < shortest.size()) return false;
  const auto mantissa = number.substr(0, number.find_first_of("eE"));
  const auto whole = mantissa.substr(0, mantissa.find('.'));
  auto exponent = number.substr(std::min(mantissa.size() + 1, number.size()));
  if (exponent.starts_with('+')) exponent.remove_prefix(1);
  const auto shift = exponent.empty() ? std::optional{0} : parse_integer<int>(exponent);
  const bool is_small = shift && std::int64_t{*shift} + std::ssize(whole) < digits_of_the_largest;
  return !is_small && std::isinf(std::strtod(std::string{number}.c_str(), nullptr));
}

Rewrite rewrite_number(std::string_view text) {
  if (!is_digit(text.front()))
    for (const std::string_view word : {"NaN", "-Infinity", "Infinity"})
      if (text.starts_with(word)) return {word.size(), "null"};
  const auto length = length_of_number(text);
  return {std::max<std::size_t>(1, length), is_beyond_double(text.substr(0, length)) ? "null" : ""};
}

}  // namespace

std::optional<double> JsonValue::number() const noexcept {
  if (const auto* number = get_if<std::uint64_t>()) return static_cast<double>(*number);
  if (const auto* number = get_if<std::int64_t>()) return static_cast<double>(*number);
  const auto* number = get_if<double>();
  return number == nullptr ? std::nullopt : std::optional{*number};
}

const JsonValue* JsonValue::find(std::string_view name) const noexcept {
  const auto* object = get_if<Members>();
  if (object == nullptr) return nullptr;
  for (const auto& [own, member] : std::views::reverse(*object))
    if (own.size() == name.size() && own == name) return &member;  // most differ in their length
  return nullptr;
}

std::string strict_json(std::string_view text) {
  std::string out;
  std::size_t copied = 0, i = 0;
  const auto apply = [&](Rewrite rewrite) {
    if (!rewrite.replacement.empty()) {
      out.append(text, copied, i - copied).append(rewrite.replacement);
      copied = i + rewrite.length;
    }
    i += rewrite.length;
  };
  std::size_t commas = 0;  // outside of strings; one value at least is before each
  while (i < text.size() && commas <= max_values) {
    const char c = text[i];
    if (is_digit(c) || c == '-' || c == 'N' || c == 'I') {
      apply(rewrite_number(text.substr(i)));
      continue;
    }
    ++i;
    if (c == ',') ++commas;
    if (c != '"') continue;
    while ((i = end_of_plain(text, i)) < text.size() && text[i] != '"')
      apply(rewrite_escape(text.substr(i)));
    ++i;
  }
  return out.append(text, copied);
}

tl::expected<JsonValue, std::string> parse_json(std::string_view text, Names names) {
  using Failed = tl::unexpected<std::string>;
  if (text.empty()) return Failed{"empty value"};
  if (text.size() > max_document_bytes) return Failed{"larger than 64 KiB"};
  TreeBuilder plain{names};
  if (reads_plain(std::string{text}, [&](const char* p) { return read_value(p, 0, plain); }))
    return plain.finish();
  TreeBuilder builder{names};
  // The parser takes a NUL for the end of the text and would ignore the rest.
  const bool is_json =
      text.find('\0') == text.npos && nlohmann::json::sax_parse(strict_json(text), &builder);
  if (is_json) return builder.finish();
  return Failed{std::string{builder.refusal()}};
}

std::optional<double> parse_number(std::string_view text) {
  const bool is_number = !text.empty() && length_of_number(text) == text.size();
  const auto json = is_number ? parse_json(text) : JsonValue{};
  return json ? json->number() : std::nullopt;
}

JsonValue parse_beginning(std::string_view text, Names names) {
  // Drop a number at the end: it may be incomplete.
  text = text.substr(0, text.find_last_not_of("0123456789") + 1);
  TreeBuilder builder{names, /*ends_with_all_names=*/true};
  nlohmann::json::sax_parse(text, &builder);
  return builder.finish();
}

}  // namespace heartbeat
