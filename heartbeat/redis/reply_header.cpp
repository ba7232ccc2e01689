#include "redis/reply_header.hpp"

#include <charconv>
#include <cstdint>

namespace heartbeat::redis {

namespace {
/// A document, one byte more (so that a larger one shows), and the line's end.
constexpr std::size_t largest = 64 * 1024 + 1 + 2;
}  // namespace

ReplyHeader judge_reply_header(std::string_view bytes) noexcept {
  if (bytes.empty()) return ReplyHeader::incomplete;
  const char type = bytes.front();
  if (type != '+' && type != '-' && type != ':' && type != '$') return ReplyHeader::foreign;
  const auto end = bytes.find("\r\n");
  if (end == bytes.npos)
    return bytes.size() > largest ? ReplyHeader::too_large : ReplyHeader::incomplete;
  if (type == '+' || type == '-') return ReplyHeader::sound;
  std::int64_t number = 0;
  const auto [stop, error] = std::from_chars(&bytes[1], &bytes[end], number);
  if (stop != &bytes[end] || error != std::errc{} || (type == '$' && number < -1))
    return ReplyHeader::foreign;
  const bool large = type == '$' && number > static_cast<std::int64_t>(largest);
  return large ? ReplyHeader::too_large : ReplyHeader::sound;
}

}  // namespace heartbeat::redis
