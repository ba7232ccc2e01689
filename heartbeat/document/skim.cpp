#include "document/skim.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "document/document.hpp"
#include "document/parse.hpp"
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

// Each of these takes a place in JSON (RFC 8259) and gives the one behind what it is named for;
// null: that is not what stands there. At the end of the text there is a NUL, which is
// nowhere accepted.

const char* behind_space(const char* at) {
  if (*at > ' ') return at;  // by far the most
  while (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r') ++at;
  return at;
}

const char* behind_word(const char* at, std::string_view word) {
  for (const char c : word)
    if (*at++ != c) return nullptr;
  return at;
}

const char* behind_string(const char* at, const char* end) {
  if (*at != '"') return nullptr;
  ++at;
  while (end - at >= 8) {
    const auto count = eight(at);
    at += count;
    if (count < 8) break;
  }
  for (; at != end; ++at) {
    if (stands_for_itself[static_cast<unsigned char>(*at)]) continue;
    if (*at == '"') return at + 1;
    if (*at != '\\') return nullptr;
    ++at;
    if (*at == '\0' || std::string_view{"\"\\/bfnrt"}.find(*at) == std::string_view::npos)
      return nullptr;
  }
  return nullptr;
}

const char* behind_digits(const char* at) {
  const char* begin = at;
  while (is_digit(*at)) ++at;
  return at != begin && at - begin <= most_digits ? at : nullptr;
}

const char* behind_number(const char* at) {
  if (*at == '-') ++at;
  const char* whole = at;
  at = behind_digits(at);
  if (at == nullptr || (*whole == '0' && at - whole > 1)) return nullptr;
  return *at == '.' ? behind_digits(at + 1) : at;  // an exponent is nowhere accepted
}

/// `behind_member` takes a key and the place of its value.
template <typename BehindMember>
const char* behind_object(const char* at, const char* end, const BehindMember& behind_member) {
  if (*at != '{') return nullptr;
  at = behind_space(at + 1);
  if (*at == '}') return at + 1;
  while (true) {
    const char* key = at;
    at = behind_string(at, end);
    if (at == nullptr) return nullptr;
    const std::string_view name{key + 1, at - 1};
    at = behind_space(at);
    if (*at != ':') return nullptr;
    at = behind_member(name, behind_space(at + 1));
    if (at == nullptr) return nullptr;
    at = behind_space(at);
    if (*at == '}') return at + 1;
    if (*at != ',') return nullptr;
    at = behind_space(at + 1);
  }
}

template <typename BehindElement>
const char* behind_array(const char* at, const BehindElement& behind_element) {
  at = behind_space(at + 1);
  if (*at == ']') return at + 1;
  while (true) {
    at = behind_element(at);
    if (at == nullptr) return nullptr;
    at = behind_space(at);
    if (*at == ']') return at + 1;
    if (*at != ',') return nullptr;
    at = behind_space(at + 1);
  }
}

const char* behind_value(const char* at, const char* end, int level) {
  switch (*at) {
    case '"':
      return behind_string(at, end);
    case '{':
      if (level == most_levels) return nullptr;
      return behind_object(at, end, [=](std::string_view, const char* value) {
        return behind_value(value, end, level + 1);
      });
    case '[':
      if (level == most_levels) return nullptr;
      return behind_array(
          at, [=](const char* element) { return behind_value(element, end, level + 1); });
    case 't':
      return behind_word(at, "true");
    case 'f':
      return behind_word(at, "false");
    case 'n':
      return behind_word(at, "null");
    default:
      return behind_number(at);
  }
}

/// A word of the vocabulary, given once.
const char* behind_status(const char* at, const char* end, std::optional<Status>& into) {
  const char* behind = into ? nullptr : behind_string(at, end);
  if (behind == nullptr) return nullptr;
  into = status_from({at + 1, behind - 1});
  return into ? behind : nullptr;
}

/// A whole number of milliseconds, given once.
const char* behind_duration(const char* at, std::optional<std::chrono::milliseconds>& into) {
  const char* behind = into ? nullptr : behind_number(at);
  if (behind == nullptr) return nullptr;
  std::int64_t count = 0;
  for (; at != behind; ++at) {
    if (!is_digit(*at)) return nullptr;
    count = count * 10 + (*at - '0');
  }
  into = std::chrono::milliseconds{count};
  return behind;
}

}  // namespace

std::optional<Vitals> skim(const std::string& text) {
  if (text.size() > max_document_bytes) return std::nullopt;
  const char* begin = text.c_str();
  const char* end = begin + text.size();
  std::optional<Status> status;
  Vitals vitals;
  const auto behind_member = [&](std::string_view key, const char* value) {
    if (key == "status") return behind_status(value, end, status);
    if (key == "interval_ms") return behind_duration(value, vitals.interval);
    if (key == "ttl_ms") return behind_duration(value, vitals.ttl);
    return behind_value(value, end, 1);
  };
  const char* behind = behind_object(behind_space(begin), end, behind_member);
  if (behind == nullptr || behind_space(behind) != end || !status) return std::nullopt;
  vitals.status = *status;
  return vitals;
}

}  // namespace heartbeat
