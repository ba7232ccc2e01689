#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "redis/plain_reply.hpp"

/// Whether read_plain_reply() says nothing, or what hiredis says: within an array, hiredis reads
/// every reply, and the elements come as text.
inline bool plain_reply_agrees(std::string_view bytes, std::size_t max_bytes) {
  using namespace heartbeat::redis;
  const auto plain = read_plain_reply(bytes, max_bytes);
  if (plain.extent == PlainReply::Extent::other) return true;
  const bool is_complete = plain.extent == PlainReply::Extent::complete;
  const auto whole = "*1\r\n" + std::string{is_complete ? bytes.substr(0, plain.bytes) : bytes};
  ReplyReader reader{"peer"};
  for (std::string_view left = whole;;) {
    const auto reply = reader.next();
    if (!reply) return false;
    if (const auto& read = *reply) {
      const auto* elements = std::get_if<Array>(&*read);
      if (!is_complete || !left.empty() || elements == nullptr || elements->size() != 1)
        return false;
      const auto* number = std::get_if<std::int64_t>(&plain.reply);
      return elements->front() ==
             (number != nullptr ? std::to_string(*number) : std::get<std::string>(plain.reply));
    }
    if (left.empty()) return !is_complete;
    const auto buffer = reader.buffer();
    const auto n = left.copy(buffer.data(), buffer.size());
    reader.received(n);
    left.remove_prefix(n);
  }
}
