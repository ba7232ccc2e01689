#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "redis/error.hpp"

struct redisReader;  // of hiredis

/// RESP, the protocol of Redis
/// (https://redis.io/docs/latest/develop/reference/protocol-spec).
namespace heartbeat::redis {

/// The name of a command and its arguments.
using Command = std::vector<std::string_view>;

struct ErrorReply {
  std::string text;
};
struct Nil {};
/// The elements as text; nil becomes an empty string. A nested array is replaced by its elements:
/// SCAN's reply becomes the cursor, then the keys.
using Array = std::vector<std::string>;
/// Only this command has no reply: the cluster node of its key cannot be reached.
struct Unanswered {
  Error why;
};

/// The reply to one command.
using Reply = std::variant<Nil, std::int64_t, std::string, Array, ErrorReply, Unanswered>;
/// The replies to several commands, in the order of the commands.
using Replies = std::vector<Reply>;

/// Appends a command as an array of strings. Each string follows its length and may hold any bytes.
/// hiredis's own function uses printf, which takes longer for a large fleet than Redis takes to
/// answer.
void append_request(std::span<const std::string_view> words, std::string& bytes);

/// Parses the replies of one connection with hiredis. Memory is bounded: a reply that is too large
/// is an error before much of it is stored. Not thread-safe.
class ReplyReader {
 public:
  /// `peer` is for messages.
  explicit ReplyReader(std::string peer);
  ReplyReader(const ReplyReader&) = delete;
  ReplyReader& operator=(const ReplyReader&) = delete;

  /// The buffer for received bytes. Write to it only after next() has returned nothing, then call
  /// received() with the number of bytes.
  std::span<char> buffer() noexcept;
  void received(std::size_t bytes) noexcept;
  /// The peer has sent at least one byte.
  bool has_received() const noexcept { return has_received_; }

  /// The next reply, or nothing until more bytes are received. After an error, the reader must not
  /// be used again. If the peer's first bytes are not RESP, the error names its protocol.
  tl::expected<std::optional<Reply>, Error> next();

 private:
  enum class Fault { none, too_large, wrong_type, not_resp };
  struct Callbacks;
  struct Free {
    void operator()(redisReader* reader) const noexcept;
  };

  bool add(bool nested, Reply&& element);
  bool begin_array(std::size_t elements, int depth);
  bool refuse(Fault fault) noexcept;
  Error error() const;

  std::string peer_;
  std::unique_ptr<redisReader, Free> reader_;
  std::unique_ptr<char[]> buffer_;
  std::string_view unread_{};         ///< received, and not yet given to hiredis
  Reply reply_{};                     ///< the reply that hiredis is reading
  std::size_t incomplete_bytes_ = 0;  ///< given to hiredis since it last read an element
  std::string first_bytes_{};         ///< of the peer, until its first reply is complete
  bool has_received_ = false;
  bool has_replied_ = false;
  Fault fault_ = Fault::none;
};

}  // namespace heartbeat::redis
