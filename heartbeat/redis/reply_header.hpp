#pragma once

#include <cstddef>
#include <string_view>

namespace heartbeat::redis {

/// What the first line of an answer says, judged before hiredis sees it: hiredis
/// allocates what a length announces, "*1000000000" included.
struct ReplyHeader {
  enum class Kind {
    incomplete,
    scalar,
    array,
    too_large,  ///< announces, or is, more than a document and one byte
    foreign,    ///< not RESP, or not what any command of ours is answered with
  };
  Kind kind = Kind::incomplete;
  int elements = 0;       ///< of an array; -1: there is none
  std::size_t bytes = 0;  ///< of an array's first line, which its elements follow
};

/// `bytes` is all that is there of the answer, and of those that follow it.
ReplyHeader judge_reply_header(std::string_view bytes) noexcept;

}  // namespace heartbeat::redis
