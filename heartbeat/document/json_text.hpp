#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <concepts>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "document/document.hpp"
#include "document/text.hpp"
#include "document/time.hpp"

namespace heartbeat {

/// Appends objects to a text. Each function for a member takes its name as JSON, `"name":`.
class JsonText {
 public:
  explicit JsonText(std::string& text) : text_{text} {}

  void begin(std::string_view name = {}) { text_.append(name) += '{'; }
  /// The same with a name from outside, which may need escapes.
  void begin_foreign(std::string_view name) {
    text_ += '"';
    append_escaped(name);
    text_ += "\":{";
  }
  /// After at least one member. A comma follows every member, and every object.
  void end() {
    text_.back() = '}';
    text_ += ',';
  }

  template <typename T>
  void add(std::string_view name, const T& value) {
    text_ += name;
    append(value);
    text_ += ',';
  }
  template <typename T>
  void add(std::string_view name, const std::optional<T>& value) {
    if (value) add(name, *value);
  }
  template <typename T>
  void add_or_null(std::string_view name, const std::optional<T>& value) {
    value ? add(name, *value) : add(name, Value{});
  }
  void add_unless_empty(std::string_view name, std::string_view text) {
    if (!text.empty()) add(name, text);
  }

 private:
  void append(std::string_view text) {
    text_ += '"';
    append_escaped(text);
    text_ += '"';
  }
  void append(const std::string& text) { append(std::string_view{text}); }
  void append(bool truth) { text_ += truth ? "true" : "false"; }
  void append(std::chrono::milliseconds duration) { append(duration.count()); }
  void append(WallTime time) {
    text_ += '"';
    append_timestamp(time, text_);
    text_ += '"';
  }
  void append(const Value& value) {
    if (const auto* truth = std::get_if<bool>(&value)) return append(*truth);
    const auto* number = std::get_if<double>(&value);
    number != nullptr ? append(*number) : append(std::nullopt);
  }
  void append(std::nullopt_t) { text_ += "null"; }
  template <std::integral Number>
  void append(Number number) {
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    text_.append(digits.data(), end);
  }

  /// A whole number without a fraction: 5, not 5.0.
  void append(double number) {
    constexpr double exact = 9007199254740992.0;  // 2^53
    if (!std::isfinite(number)) return append(std::nullopt);
    if (std::trunc(number) == number && std::abs(number) <= exact)
      return append(static_cast<std::int64_t>(number));
    // The library's function for this needs no tree. std::to_chars writes other digits.
    std::array<char, 64> digits;
    char* end = nlohmann::detail::to_chars(digits.begin(), digits.end(), number);
    text_.append(digits.data(), end);
  }

  void append_escaped(std::string_view text) {
    for (;;) {
      const auto plain =
          static_cast<std::size_t>(std::ranges::find_if(text, needs_attention) - text.begin());
      text_ += text.substr(0, plain);
      text.remove_prefix(plain);
      if (text.empty()) return;
      const auto bytes = first_character(text).bytes;
      if (const char c = text.front(); c == '"' || c == '\\')
        (text_ += '\\') += c;
      else if (static_cast<unsigned char>(c) < ' ')
        append_control(c);
      else
        text_ += repair_utf8(text.substr(0, bytes));
      text.remove_prefix(bytes);
    }
  }

  static bool needs_attention(char c) noexcept {
    return static_cast<unsigned char>(c - ' ') >= 0x60 || c == '"' || c == '\\';
  }

  void append_control(char c) {
    constexpr std::string_view short_escapes{"\bb\tt\nn\ff\rr"};
    constexpr std::string_view digits{"0123456789abcdef"};
    for (std::size_t i = 0; i < short_escapes.size(); i += 2)
      if (short_escapes[i] == c) return void((text_ += '\\') += short_escapes[i + 1]);
    const auto code = static_cast<unsigned char>(c);
    ((text_ += "\\u00") += digits[code >> 4U]) += digits[code & 0xfU];
  }

  std::string& text_;
};

}  // namespace heartbeat
