#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace heartbeat {

/// The unread rest of a JSON text. take() and each read_x() move behind the x at its beginning, or
/// return nothing where there is none.
class JsonText {
 public:
  explicit JsonText(std::string_view text) : rest_(text) {}

  bool empty() const { return rest_.empty(); }

  /// The next character; the text must not be empty.
  char front() const { return rest_.front(); }

  void skip_space() {
    const auto is_space = [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; };
    while (!rest_.empty() && is_space(rest_.front())) rest_.remove_prefix(1);
  }

  bool take(char c) {
    const bool found = rest_.starts_with(c);
    if (found) rest_.remove_prefix(1);
    return found;
  }

  bool take(std::string_view word);
  std::optional<std::string> read_string();
  std::string_view read_number();

 private:
  bool take_digits();
  bool read_escape(std::string& out);
  std::uint32_t whole_character(std::uint32_t unit);

  std::string_view rest_;
};

}  // namespace heartbeat
