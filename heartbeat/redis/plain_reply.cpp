#include "redis/plain_reply.hpp"

#include <optional>

#include "document/document.hpp"
#include "document/text.hpp"

namespace heartbeat::redis {
namespace {

constexpr std::size_t max_digits = 18;  // every such number fits into 64 bits

/// The number after the type, in the form that Redis writes: no sign but -, no zero in front.
std::optional<std::int64_t> number_in(std::string_view text) {
  const auto digits = text.substr(text.starts_with('-') ? 1 : 0);
  if (digits.size() > max_digits || (digits.starts_with('0') && text != "0")) return std::nullopt;
  return parse_integer<std::int64_t>(text);
}

}  // namespace

PlainReply read_plain_reply(std::string_view bytes, std::size_t max_bytes) {
  using Extent = PlainReply::Extent;
  constexpr std::string_view line_end = "\r\n";
  constexpr std::size_t max_line = 1 + 1 + max_digits + line_end.size();
  if (bytes.empty()) return {Extent::incomplete};
  const char type = bytes.front();
  if (type != '$' && type != ':') return {};
  const auto end = bytes.substr(0, max_line).find(line_end);
  if (end == bytes.npos) return {bytes.size() < max_line ? Extent::incomplete : Extent::other};
  const auto number = number_in(bytes.substr(1, end - 1));
  if (!number) return {};
  const auto after_line = end + line_end.size();
  if (type == ':') return {Extent::complete, after_line, *number};

  constexpr std::int64_t longest = max_document_bytes + 1;
  if (*number < 0 || *number > longest) return {};
  const auto size = static_cast<std::size_t>(*number);
  const auto all = after_line + size + line_end.size();
  if (all > max_bytes) return {};
  if (bytes.size() < all) return {Extent::incomplete};
  if (bytes.substr(after_line + size, line_end.size()) != line_end) return {};
  return {Extent::complete, all, std::string{bytes.substr(after_line, size)}};
}

}  // namespace heartbeat::redis
