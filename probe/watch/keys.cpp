#include "watch/keys.hpp"

#include <array>
#include <optional>
#include <utility>

namespace probe {
namespace {

// After ESC [ or ESC O, as xterm, rxvt and the console of Linux send them.
constexpr std::array<std::pair<std::string_view, Key>, 10> sequences{{{"A", Key::up},
                                                                      {"B", Key::down},
                                                                      {"H", Key::home},
                                                                      {"F", Key::end},
                                                                      {"1~", Key::home},
                                                                      {"4~", Key::end},
                                                                      {"5~", Key::page_up},
                                                                      {"6~", Key::page_down},
                                                                      {"7~", Key::home},
                                                                      {"8~", Key::end}}};
constexpr std::size_t longest_sequence = 16;

bool is_final(char c) noexcept { return c >= '@' && c <= '~' && c != '['; }

std::optional<Key> key_of(char c) noexcept {
  if (c == '\n') return Key::enter;
  if (c == '\b') return Key::backspace;
  if ((c >= ' ' && c <= '~') || c == '\r' || c == 0x7f) return Key{static_cast<std::uint16_t>(c)};
  return std::nullopt;
}

}  // namespace

std::vector<Key> KeyReader::read(std::string_view bytes) {
  constexpr char escape = 0x1b;
  std::vector<Key> keys;
  for (const char c : bytes) {
    if (c == escape) {
      if (pending_.size() == 1) keys.push_back(Key::escape);  // pressed twice
      pending_ = c;
    } else if (pending_.empty()) {
      if (const auto key = key_of(c)) keys.push_back(*key);
    } else if (pending_.size() == 1 && c != '[' && c != 'O') {
      pending_.clear();  // the key with Alt
    } else {
      pending_ += c;
      const bool is_complete = pending_.size() > 2 && is_final(c);
      if (!is_complete && pending_.size() <= longest_sequence) continue;
      for (const auto& [sequence, key] : sequences)
        if (sequence == std::string_view{pending_}.substr(2)) keys.push_back(key);
      pending_.clear();
    }
  }
  return keys;
}

std::vector<Key> KeyReader::give_up() {
  const bool is_escape = pending_.size() == 1;
  pending_.clear();
  return is_escape ? std::vector{Key::escape} : std::vector<Key>{};
}

}  // namespace probe
