#include "document/skim.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <utility>

#include "document/document.hpp"
#include "document/vocabulary.hpp"

namespace heartbeat {
namespace {

// Whatever is longer or deeper is left to decode().
constexpr std::ptrdiff_t most_digits = 15;  // exact in a double, and less than 2^53
constexpr int most_levels = 16;

constexpr std::array<bool, 256> stands_for_itself = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0x20; c < 0x80; ++c) table.at(c) = c != '"' && c != '\\';
  return table;
}();

/// How many of the next eight bytes do, up to the first that does not; maybe fewer on a machine
/// that keeps the highest byte first. A byte is below n, for n up to 128, where subtracting n
/// borrows from its highest bit, and zero where it is below 1; a borrow from a byte before
/// comes from one that does not stand for itself either.
std::size_t eight(const char* bytes) {
  constexpr std::uint64_t each = 0x0101010101010101;
  constexpr std::uint64_t high = each * 0x80;
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  const auto below = [](std::uint64_t value, std::uint64_t n) {
    return (value - each * n) & ~value;
  };
  const auto refused = high & (word | below(word, 0x20) | below(word ^ (each * '"'), 1) |
                               below(word ^ (each * '\\'), 1));
  if (refused == 0) return 8;
  if constexpr (std::endian::native != std::endian::little) return 0;
  return static_cast<std::size_t>(std::countr_zero(refused)) / 8;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Walks over JSON (RFC 8259) once, and keeps nothing. Every function leaves the place
/// behind what it accepted; after a refusal the place has no meaning.
class Walk {
 public:
  explicit Walk(const std::string& text) : at_{text.c_str()}, end_{at_ + text.size()} {}

  std::optional<Vitals> document() {
    bool has_status = false;
    const auto member = [&](std::string_view key) {
      if (key == "status") return !std::exchange(has_status, true) && status();
      if (key == "interval_ms") return duration(vitals_.interval);
      if (key == "ttl_ms") return duration(vitals_.ttl);
      return value(1);
    };
    if (!object(member) || !has_status) return std::nullopt;
    skip_space();
    return at_ == end_ ? std::optional{vitals_} : std::nullopt;
  }

 private:
  /// At the end, the NUL behind it, which is nowhere accepted.
  char next() const { return *at_; }

  void skip_space() {
    while (next() == ' ' || next() == '\n' || next() == '\t' || next() == '\r') ++at_;
  }

  bool take(char c) {
    if (next() != c) return false;
    ++at_;
    return true;
  }

  bool word(std::string_view word) {
    if (!std::string_view{at_, end_}.starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  /// What stands between the quotes, as it is spelt.
  std::optional<std::string_view> string() {
    if (!take('"')) return std::nullopt;
    const char* begin = at_;
    while (end_ - at_ >= 8) {
      const auto count = eight(at_);
      at_ += count;
      if (count < 8) break;
    }
    for (; at_ != end_; ++at_) {
      if (stands_for_itself[static_cast<unsigned char>(*at_)]) continue;
      if (*at_ == '"') return std::string_view{begin, at_++};
      if (*at_ != '\\') return std::nullopt;
      ++at_;
      if (at_ == end_) return std::nullopt;
      if (std::string_view{"\"\\/bfnrt"}.find(*at_) == std::string_view::npos) return std::nullopt;
    }
    return std::nullopt;
  }

  std::ptrdiff_t digits() {
    const char* begin = at_;
    while (is_digit(next())) ++at_;
    return at_ - begin;
  }

  bool number() {
    take('-');
    const bool zero = next() == '0';
    const auto whole = digits();
    if (whole == 0 || whole > most_digits || (zero && whole > 1)) return false;
    if (take('.')) {
      const auto fraction = digits();
      if (fraction == 0 || fraction > most_digits) return false;
    }
    return next() != 'e' && next() != 'E';
  }

  template <typename Member>
  bool object(const Member& member) {
    skip_space();
    if (!take('{')) return false;
    skip_space();
    if (take('}')) return true;
    do {
      skip_space();
      const auto key = string();
      skip_space();
      if (!key || !take(':')) return false;
      skip_space();
      if (!member(*key)) return false;
      skip_space();
    } while (take(','));
    return take('}');
  }

  bool array(int level) {
    ++at_;
    skip_space();
    if (take(']')) return true;
    do {
      skip_space();
      if (!value(level)) return false;
      skip_space();
    } while (take(','));
    return take(']');
  }

  bool value(int level) {
    switch (next()) {
      case '"':
        return string().has_value();
      case '{':
        return level < most_levels && object([&](std::string_view) { return value(level + 1); });
      case '[':
        return level < most_levels && array(level + 1);
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }

  bool status() {
    const auto text = string();
    const auto status = text ? status_from(*text) : std::nullopt;
    if (status) vitals_.status = *status;
    return status.has_value();
  }

  /// A whole number of milliseconds, given once.
  bool duration(std::optional<std::chrono::milliseconds>& into) {
    const char* begin = at_;
    if (into || !is_digit(next()) || !number()) return false;
    std::int64_t count = 0;
    for (const char* digit = begin; digit != at_; ++digit) {
      if (!is_digit(*digit)) return false;
      count = count * 10 + (*digit - '0');
    }
    into = std::chrono::milliseconds{count};
    return true;
  }

  const char* at_;
  const char* end_;
  Vitals vitals_;
};

}  // namespace

std::optional<Vitals> skim(const std::string& text) {
  if (text.size() > max_document_bytes) return std::nullopt;
  return Walk{text}.document();
}

}  // namespace heartbeat
