#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace probe {

/// A key of a terminal. A printable character of ASCII is itself: Key{'q'}.
enum class Key : std::uint16_t {
  enter = '\r',
  escape = 0x1b,
  backspace = 0x7f,
  up = 256,
  down,
  page_up,
  page_down,
  home,
  end,
};

/// Finds the keys in what a terminal sends. Pure.
class KeyReader {
 public:
  /// The keys in these bytes, which may begin or end within a sequence. Others are left out.
  std::vector<Key> read(std::string_view bytes);

  /// Whether the bytes so far end in what may be the escape key, or the beginning of a sequence.
  bool is_waiting() const noexcept { return !pending_.empty(); }
  /// The keys if no further byte came for a moment.
  std::vector<Key> give_up();

 private:
  std::string pending_;  ///< an unfinished sequence
};

}  // namespace probe
