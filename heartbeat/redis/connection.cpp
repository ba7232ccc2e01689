#include "redis/connection.hpp"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wold-style-cast"
#include <hiredis/hiredis.h>
#pragma GCC diagnostic pop

#include <new>
#include <optional>
#include <utility>

#include "redis/reply_header.hpp"

namespace heartbeat::redis {
namespace {

using Failed = tl::unexpected<Error>;

constexpr std::size_t longest_error_text = 300;

struct FreeContext {
  void operator()(redisContext* context) const { redisFree(context); }
};
struct FreeReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using Context = std::unique_ptr<redisContext, FreeContext>;
using RawReply = std::unique_ptr<redisReply, FreeReply>;

/// A command of the handshake, and how its refusal is introduced.
struct Opening {
  std::vector<std::string> words;
  std::string label;
};

std::vector<Opening> openings_of(const Endpoint& endpoint) {
  std::vector<Opening> openings;
  if (!endpoint.username.empty())
    openings.push_back({{"AUTH", endpoint.username, endpoint.password}, ""});
  else if (!endpoint.password.empty())
    openings.push_back({{"AUTH", endpoint.password}, ""});
  if (endpoint.database != 0) {
    const auto number = std::to_string(endpoint.database);
    openings.push_back({{"SELECT", number}, "SELECT " + number + ": "});
  }
  return openings;
}

}  // namespace

class Connection::Impl {
 public:
  Impl(Socket socket, const Endpoint& endpoint)
      : where_{to_string(endpoint)},
        password_{endpoint.password},
        openings_{openings_of(endpoint)},
        context_{redisConnectFd(socket.fd())} {
    if (!context_) throw std::bad_alloc{};
    socket.release();
    context_->flags &= ~REDIS_BLOCK;  // the socket is non-blocking: EAGAIN is no failure
  }

  tl::expected<std::vector<Reply>, Error> ask(std::span<const Command> commands,
                                              const Deadline& deadline) {
    if (broken_) return Failed{*broken_};
    auto replies = exchange(commands, deadline);
    if (replies) return replies;
    broken_ = Error{replies.error().failure, redact(replies.error().what, password_)};
    return Failed{*broken_};
  }

 private:
  tl::expected<std::vector<Reply>, Error> exchange(std::span<const Command> commands,
                                                   const Deadline& deadline) {
    if (!unread().empty()) return Failed{error("an answer that nobody asked for")};
    const auto openings = std::exchange(openings_, {});
    for (const auto& opening : openings) append({opening.words.begin(), opening.words.end()});
    for (const auto& command : commands) append(command);
    if (const auto sent = send(deadline); !sent) return Failed{sent.error()};

    for (const auto& opening : openings) {
      const auto reply = receive(deadline);
      if (!reply) return Failed{reply.error()};
      if (const auto* refusal = std::get_if<ErrorReply>(&*reply))
        return Failed{{classify(refusal->text), opening.label + refusal->text}};
    }
    std::vector<Reply> replies;
    while (replies.size() < commands.size()) {
      auto reply = receive(deadline);
      if (!reply) return Failed{explained(reply.error(), replies)};
      replies.push_back(std::move(*reply));
    }
    return replies;
  }

  /// Why a connection ended is in the last words of Redis, if it had any.
  static Error explained(const Error& end, const std::vector<Reply>& before) {
    const auto* words = before.empty() ? nullptr : std::get_if<ErrorReply>(&before.back());
    if (words == nullptr || end.failure != Failure::unreachable) return end;
    return {classify(words->text), words->text};
  }

  void append(const Command& command) {
    std::vector<const char*> words;
    std::vector<std::size_t> sizes;
    for (const auto word : command) {
      words.push_back(word.data());
      sizes.push_back(word.size());
    }
    const auto count = static_cast<int>(words.size());
    if (redisAppendCommandArgv(context_.get(), count, words.data(), sizes.data()) != REDIS_OK)
      throw std::bad_alloc{};
  }

  tl::expected<void, Error> send(const Deadline& deadline) {
    for (int done = 0; done == 0;) {
      if (const auto ready = wait(Readiness::writable, deadline); !ready) return ready;
      if (redisBufferWrite(context_.get(), &done) == REDIS_OK) continue;
      // The peer is gone, but it may have said why: that can still be read, and
      // reading ends with the same failure if it did not.
      context_->err = 0;
      return {};
    }
    return {};
  }

  tl::expected<Reply, Error> receive(const Deadline& deadline) {
    for (;;) {
      const auto raw = parse();
      if (!raw) return Failed{raw.error()};
      if (*raw) return translated(**raw);
      if (const auto ready = wait(Readiness::readable, deadline); !ready)
        return Failed{ready.error()};
      if (redisBufferRead(context_.get()) != REDIS_OK) return Failed{lost()};
    }
  }

  /// The next answer, or null while it is incomplete.
  tl::expected<RawReply, Error> parse() {
    if (!header_is_sound_) {
      switch (judge_reply_header(unread())) {
        case ReplyHeader::incomplete:
          return RawReply{};
        case ReplyHeader::too_large:
          return Failed{error("answer too large")};
        case ReplyHeader::foreign:
          return Failed{not_redis()};
        case ReplyHeader::sound:
          header_is_sound_ = true;
      }
    }
    void* reply = nullptr;
    const int result = redisReaderGetReply(context_->reader, &reply);
    RawReply owned{static_cast<redisReply*>(reply)};
    if (result != REDIS_OK) return Failed{not_redis()};
    if (owned) header_is_sound_ = false;
    return owned;
  }

  tl::expected<Reply, Error> translated(const redisReply& reply) const {
    switch (reply.type) {
      case REDIS_REPLY_NIL:
        return Nil{};
      case REDIS_REPLY_INTEGER:
        return std::int64_t{reply.integer};
      case REDIS_REPLY_STRING:
      case REDIS_REPLY_STATUS:
        return std::string{reply.str, static_cast<std::size_t>(reply.len)};
      case REDIS_REPLY_ERROR: {
        auto text = redact({reply.str, static_cast<std::size_t>(reply.len)}, password_);
        if (text.size() > longest_error_text) text = text.substr(0, longest_error_text) + "...";
        return ErrorReply{std::move(text)};
      }
      default:
        return Failed{not_redis()};
    }
  }

  tl::expected<void, Error> wait(Readiness readiness, const Deadline& deadline) const {
    return wait_for(context_->fd, readiness, deadline).map_error([this](const Error& why) {
      return Error{why.failure, where_ + ": " + why.what};
    });
  }

  std::string_view unread() const {
    const auto* reader = context_->reader;
    if (reader->pos >= reader->len) return {};
    return {reader->buf + reader->pos, reader->len - reader->pos};
  }

  Error error(const std::string& what) const {
    return {Failure::redis_error, where_ + ": " + what};
  }
  Error not_redis() const {
    return {Failure::redis_error, where_ + " does not speak the Redis protocol"};
  }
  Error lost() const {
    if (context_->err == REDIS_ERR_EOF)
      return {Failure::unreachable, "connection closed by " + where_};
    return {Failure::unreachable, where_ + ": " + context_->errstr};
  }

  std::string where_;
  std::string password_;
  std::vector<Opening> openings_;  ///< those not yet sent
  Context context_;
  bool header_is_sound_ = false;  ///< of the answer that is being read
  std::optional<Error> broken_;   ///< how it failed: all later answers would be out of step
};

Connection::Connection(Socket socket, const Endpoint& endpoint)
    : impl_{std::make_unique<Impl>(std::move(socket), endpoint)} {}
Connection::~Connection() = default;
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;

tl::expected<std::vector<Reply>, Error> Connection::ask(std::span<const Command> commands,
                                                        const Deadline& deadline) {
  return impl_->ask(commands, deadline);
}

}  // namespace heartbeat::redis
