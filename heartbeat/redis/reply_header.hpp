#pragma once

#include <string_view>

namespace heartbeat::redis {

enum class ReplyHeader {
  incomplete,
  sound,
  too_large,  ///< announces, or is, more than a document and one byte
  foreign,    ///< not RESP, or an array, which is no answer to our commands
};

/// Judges the first line of an answer before hiredis sees it: hiredis allocates
/// what a length announces, "*1000000000" included. `bytes` is all that is there
/// of the answer, and of those that follow it.
ReplyHeader judge_reply_header(std::string_view bytes) noexcept;

}  // namespace heartbeat::redis
