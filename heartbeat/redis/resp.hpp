#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "redis/error.hpp"

struct redisReader;  // of hiredis

/// RESP, the protocol of Redis: https://redis.io/docs/latest/develop/reference/protocol-spec
namespace heartbeat::redis {

/// The name of a command and its arguments. Refers to them: they must live until it is sent.
using Command = std::vector<std::string_view>;
/// The same without memory of its own.
using CommandWords = std::span<const std::string_view>;

struct ErrorReply {
  std::string text;
};
struct Nil {};
/// The elements as text, nil as an empty string; nested arrays are replaced by their elements.
using Array = std::vector<std::string>;
/// Only this command has no reply: the cluster node of its key cannot be reached.
struct Unanswered {
  Error why;
};

using Reply = std::variant<Nil, std::int64_t, std::string, Array, ErrorReply, Unanswered>;
/// The replies to several commands, in the order of the commands.
using Replies = std::vector<Reply>;

/// Appends a command. hiredis's own function takes longer, for a fleet, than Redis to answer.
void append_request(CommandWords words, std::string& bytes);

/// Parses replies with hiredis. A reply that is too large is an error before it is stored.
class ReplyReader {
 public:
  /// `peer` is for messages.
  explicit ReplyReader(std::string peer);
  ReplyReader(const ReplyReader&) = delete;
  ReplyReader& operator=(const ReplyReader&) = delete;

  /// For received bytes: write here when next() has returned nothing, then call received().
  std::span<char> buffer() noexcept;
  void received(std::size_t bytes);
  bool has_received() const noexcept { return has_received_; }

  /// The next reply, until the next call; null until more bytes are received. An error is final.
  Result<Reply*> next();

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
  Reply reply_{};                     ///< the reply that hiredis is reading, or the latest one
  std::size_t incomplete_bytes_ = 0;  ///< given to hiredis since it last read an element
  std::size_t missing_bytes_ = 0;     ///< of the string that hiredis is reading
  std::string first_bytes_{};         ///< of the peer, until its first reply is complete
  bool has_received_ = false;
  bool has_replied_ = false;
  Fault fault_ = Fault::none;
};

}  // namespace heartbeat::redis
