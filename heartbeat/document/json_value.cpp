#include "document/json_value.hpp"

#include <algorithm>
#include <clocale>
#include <cmath>
#include <cstdlib>
#include <ranges>

#include "document/document.hpp"
#include "document/json_text.hpp"
#include "document/text.hpp"

namespace heartbeat {
namespace {

/// Independent of the locale that a host of the library may have set. Infinite beyond a double.
double parse_real(std::string_view text) {
  static const auto c_locale = newlocale(LC_ALL_MASK, "C", nullptr);
  return strtod_l(std::string{text}.c_str(), nullptr, c_locale);
}

/// Null beyond a double.
decltype(JsonValue::value) number_of(std::string_view text) {
  if (text.front() == '-') {
    if (const auto number = parse_integer<std::int64_t>(text)) return *number;
  } else if (const auto number = parse_integer<std::uint64_t>(text)) {
    return *number;
  }
  const auto real = parse_real(text);
  if (std::isfinite(real)) return real;
  return nullptr;
}

/// Builds the tree of a text. Without recursion: a text may be nested deeply, and a thread's stack
/// small.
class TreeBuilder {
 public:
  TreeBuilder(std::string_view text, Arrays arrays,
              std::initializer_list<std::string_view> wanted = {})
      : text_(text), arrays_(arrays), wanted_(wanted) {}

  /// Whether the text was JSON to its end.
  bool read() {
    text_.take("\xef\xbb\xbf");
    while (read_value())
      if (!find_next()) return open_.empty() && text_.empty();
    return false;
  }

  bool is_too_deep() const { return is_too_deep_; }

  /// The tree, without a last value that is incomplete.
  JsonValue finish() {
    auto* object = std::get_if<JsonValue::Members>(&root_.value);
    if (object != nullptr && open_.size() > 1) object->pop_back();
    return std::move(root_);
  }

 private:
  /// An object or array without an end yet; without a value if it is not kept.
  struct Open {
    JsonValue* value;
    char end;
  };

  /// A value, or the beginning of an object or array.
  bool read_value() {
    text_.skip_space();
    if (text_.empty()) return false;
    switch (text_.front()) {
      case '{':
        return text_.take('{') && open(JsonValue::Members{}, '}');
      case '[':
        return text_.take('[') && open(JsonValue::Elements{}, ']');
      case '"':
        return read_string();
      case 't':
        return text_.take("true") && add(true);
      case 'f':
        return text_.take("false") && add(false);
      case 'n':
        return text_.take("null") && add(nullptr);
      case 'N':
        return text_.take("NaN") && add(nullptr);
      case 'I':
        return text_.take("Infinity") && add(nullptr);
      default:
        return text_.take("-Infinity") ? add(nullptr) : read_number();
    }
  }

  /// Goes on to the next value. False where there is none.
  bool find_next() {
    while (true) {
      text_.skip_space();
      if (open_.empty()) return false;
      const auto end = open_.back().end;
      if (text_.take(end)) {
        open_.pop_back();
        is_first_ = false;
        continue;
      }
      if (!std::exchange(is_first_, false) && !text_.take(',')) return false;
      return end == ']' || read_name();
    }
  }

  bool read_name() {
    if (open_.size() == 1 && has_all_wanted()) return false;
    text_.skip_space();
    auto name = text_.read_string();
    if (!name) return false;
    if (auto* object = open_.back().value)
      std::get<JsonValue::Members>(object->value).emplace_back(std::move(*name), JsonValue{});
    text_.skip_space();
    return text_.take(':');
  }

  /// Where the value that follows belongs; null if it is not kept.
  JsonValue* place() {
    if (open_.empty()) return &root_;
    auto* parent = open_.back().value;
    if (parent == nullptr) return nullptr;
    if (auto* array = std::get_if<JsonValue::Elements>(&parent->value))
      return &array->emplace_back();
    return &std::get<JsonValue::Members>(parent->value).back().second;
  }

  template <typename Value>
  bool add(Value&& value) {
    if (auto* here = place()) here->value = std::forward<Value>(value);
    return true;
  }

  bool read_string() {
    auto text = text_.read_string();
    return text && add(std::move(*text));
  }

  bool read_number() {
    const auto text = text_.read_number();
    if (text.empty()) return false;
    if (auto* here = place()) here->value = number_of(text);
    return true;
  }

  template <typename Container>
  bool open(Container&& empty, char end) {
    is_too_deep_ = open_.size() == max_nesting;
    if (is_too_deep_) return false;
    auto* here = place();
    if (here != nullptr) here->value = std::forward<Container>(empty);
    const bool is_kept = end == '}' || arrays_ == Arrays::kept;
    open_.push_back({.value = is_kept ? here : nullptr, .end = end});
    is_first_ = true;
    return true;
  }

  bool has_all_wanted() const {
    return wanted_.size() != 0 &&
           std::ranges::all_of(wanted_, [&](auto name) { return root_.find(name) != nullptr; });
  }

  JsonText text_;
  Arrays arrays_;
  std::initializer_list<std::string_view> wanted_;
  JsonValue root_;
  std::vector<Open> open_;  // outermost first
  bool is_first_ = false;   // the next value is the first of its object or array
  bool is_too_deep_ = false;
};

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
  const auto last_first = std::views::reverse(*object);
  const auto member = std::ranges::find(last_first, name, &Members::value_type::first);
  return member == last_first.end() ? nullptr : &member->second;
}

tl::expected<JsonValue, std::string> parse_json(std::string_view text, Arrays arrays) {
  using Failed = tl::unexpected<std::string>;
  if (text.empty()) return Failed{"empty value"};
  if (text.size() > max_document_bytes) return Failed{"larger than 64 KiB"};
  TreeBuilder builder{text, arrays};
  if (builder.read()) return builder.finish();
  return Failed{builder.is_too_deep() ? "nested too deeply" : "not JSON"};
}

JsonValue parse_beginning(std::string_view text, std::initializer_list<std::string_view> names) {
  // Drop a number at the end: it may be incomplete.
  text = text.substr(0, text.find_last_not_of("0123456789") + 1);
  TreeBuilder builder{text, Arrays::emptied, names};
  builder.read();
  return builder.finish();
}

}  // namespace heartbeat
