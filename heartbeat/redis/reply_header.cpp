#include "redis/reply_header.hpp"

#include <charconv>
#include <cstdint>

namespace heartbeat::redis {

namespace {
/// A document, one byte more (so that a larger one shows), and the line's end.
constexpr std::size_t largest = 64 * 1024 + 1 + 2;
constexpr std::int64_t most_elements = 1'000'000;
}  // namespace

ReplyHeader judge_reply_header(std::string_view bytes) noexcept {
  using enum ReplyHeader::Kind;
  if (bytes.empty()) return {incomplete};
  const char type = bytes.front();
  if (std::string_view{"+-:$*"}.find(type) == std::string_view::npos) return {foreign};
  const auto end = bytes.find("\r\n");
  if (end == bytes.npos) return {bytes.size() > largest ? too_large : incomplete};
  if (type == '+' || type == '-') return {scalar};
  std::int64_t number = 0;
  const auto [stop, error] = std::from_chars(&bytes[1], &bytes[end], number);
  if (stop != &bytes[end] || error != std::errc{}) return {foreign};
  if (type == ':') return {scalar};
  if (number < -1) return {foreign};
  if (type == '$') return {number > static_cast<std::int64_t>(largest) ? too_large : scalar};
  if (number > most_elements) return {too_large};
  return {array, static_cast<int>(number), end + 2};
}

}  // namespace heartbeat::redis
