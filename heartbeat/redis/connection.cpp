#include "redis/connection.hpp"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wold-style-cast"
#include <hiredis/hiredis.h>
#pragma GCC diagnostic pop

#include <algorithm>
#include <array>
#include <iterator>
#include <new>
#include <optional>
#include <utility>

#include "document/duration.hpp"
#include "redis/reply_header.hpp"
#include "redis/request.hpp"

namespace heartbeat::redis {
namespace {

using Failed = tl::unexpected<Error>;

struct FreeReader {
  void operator()(redisReader* reader) const { redisReaderFree(reader); }
};
struct FreeReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using Reader = std::unique_ptr<redisReader, FreeReader>;
using RawReply = std::unique_ptr<redisReply, FreeReply>;

// Commands on their way, or at Redis, at any time: their answers lie in its memory or in the
// kernel's until they are read, and each may be a document of 64 KiB.
constexpr std::size_t most_unanswered = 512;

constexpr int most_levels = 2;  // of arrays in arrays
constexpr std::size_t most_elements = 1'000'000;

/// A command of the handshake, and how its refusal is introduced.
struct Opening {
  std::vector<std::string> words;
  std::string label;
};

std::vector<Opening> openings_of(const Login& login, std::uint32_t database) {
  std::vector<Opening> openings;
  if (!login.username.empty())
    openings.push_back(
        {{"AUTH", login.username, login.password}, "AUTH as '" + login.username + "'"});
  else if (!login.password.empty())
    openings.push_back({{"AUTH", login.password}, "AUTH"});
  if (database != 0) {
    const auto number = std::to_string(database);
    openings.push_back({{"SELECT", number}, "SELECT " + number});
  }
  return openings;
}

/// Redis repeats the arguments of a command that it does not know, up to 128 bytes:
/// of AUTH, that may be the beginning of a password, which no redactor recognises.
std::string without_arguments(std::string text) {
  if (const auto echo = text.find(" with args beginning with"); echo != text.npos) {
    text.resize(echo);
    if (text.ends_with(',')) text.pop_back();
  }
  return text;
}

}  // namespace

class Connection::Impl {
 public:
  Impl(Line line, const Login& login, std::uint32_t database, Redactor redactor)
      : line_{std::move(line)},
        redactor_{std::move(redactor)},
        openings_{openings_of(login, database)},
        reader_{redisReaderCreate()} {
    if (!reader_) throw std::bad_alloc{};
  }

  tl::expected<void, Error> ask(std::span<const Command> commands, const Deadline& deadline,
                                const Take& take) {
    return guarded([&] { return exchange(commands, deadline, take); });
  }

  tl::expected<void, Error> tell(const Command& command, const Deadline& deadline) {
    return guarded([&]() -> tl::expected<void, Error> {
      std::string bytes;
      for (const auto& opening : openings_)
        append_request(Command{opening.words.begin(), opening.words.end()}, bytes);
      append_request(command, bytes);
      if (const auto sent = line_.stream->write(bytes, deadline); !sent)
        return Failed{at_peer(sent.error(), command.front(), deadline)};
      return greeted(deadline);
    });
  }

  tl::expected<std::optional<Reply>, Error> receive(const Deadline& beginning,
                                                    const Deadline& end) {
    return guarded([&]() -> tl::expected<std::optional<Reply>, Error> {
      if (unread().empty())
        if (const auto more = read_more(beginning); !more) {
          if (more.error().failure == Failure::timeout) return std::nullopt;
          return Failed{at_peer(more.error(), "", end)};
        }
      auto reply = next_reply(end);
      if (!reply) return Failed{at_peer(reply.error(), "", end)};
      return std::optional{std::move(*reply)};
    });
  }

  const Host& host() const noexcept { return line_.host; }

 private:
  /// Whatever fails once fails for good, exceptions too: all later answers would be out
  /// of step.
  template <typename Call>
  auto guarded(const Call& call) -> decltype(call()) {
    if (broken_) return Failed{*broken_};
    broken_ = Error{Failure::redis_error, "interrupted"};
    auto result = call();
    if (result) {
      broken_.reset();
      return result;
    }
    broken_ = Error{result.error().failure, redactor_(result.error().what)};
    return Failed{*broken_};
  }

  tl::expected<void, Error> exchange(std::span<const Command> commands, const Deadline& deadline,
                                     const Take& take) {
    if (!unread().empty()) return Failed{error("an answer that nobody asked for")};
    std::string bytes;
    for (const auto& opening : openings_)
      append_request(Command{opening.words.begin(), opening.words.end()}, bytes);
    auto unsent = commands;
    if (const auto sent = send_some(bytes, unsent, deadline); !sent) return sent;
    if (const auto welcome = greeted(deadline); !welcome) return Failed{welcome.error()};
    std::string last_words;
    for (std::size_t answered = 0; answered < commands.size(); ++answered) {
      // Enough of them always lie before Redis that it need not wait for more.
      if (!unsent.empty() && commands.size() - unsent.size() - answered <= most_unanswered / 2)
        if (const auto sent = send_some(bytes, unsent, deadline); !sent) return sent;
      const auto& command = commands[answered];
      auto reply = next_reply(deadline);
      if (!reply)
        return Failed{explained(at_peer(reply.error(), command.front(), deadline), last_words)};
      const auto* refused = std::get_if<ErrorReply>(&*reply);
      last_words = refused != nullptr ? refused->text : "";
      take(std::move(*reply));
    }
    return {};
  }

  /// Sends what is in the buffer, and then commands, half of what may be unanswered.
  tl::expected<void, Error> send_some(std::string& bytes, std::span<const Command>& unsent,
                                      const Deadline& deadline) {
    const auto some = std::min(unsent.size(), most_unanswered / 2);
    for (const auto& command : unsent.first(some)) append_request(command, bytes);
    unsent = unsent.subspan(some);
    const auto sent = line_.stream->write(bytes, deadline);
    bytes.clear();
    // A peer that is gone may have said why: that can still be read, and reading
    // fails likewise if it did not.
    if (!sent && sent.error().failure != Failure::unreachable)
      return Failed{at_peer(sent.error(), "", deadline)};
    return {};
  }

  /// Reads the answers to AUTH and SELECT, if they went out just now.
  tl::expected<void, Error> greeted(const Deadline& deadline) {
    for (const auto& opening : std::exchange(openings_, {})) {
      const auto reply = next_reply(deadline);
      if (!reply) return Failed{at_peer(reply.error(), opening.words.front(), deadline)};
      if (const auto* refused = std::get_if<ErrorReply>(&*reply))
        return Failed{refusal(opening.label, refused->text)};
    }
    return {};
  }

  /// Why a connection ended is in the last words of Redis, if it had any.
  static Error explained(const Error& end, const std::string& last_words) {
    if (last_words.empty() || end.failure != Failure::unreachable) return end;
    return refusal("", last_words);
  }

  tl::expected<Reply, Error> next_reply(const Deadline& deadline, int level = 0) {
    for (;;) {
      const auto header = judge_reply_header(unread());
      switch (header.kind) {
        case ReplyHeader::Kind::too_large:
          return Failed{error("answer too large")};
        case ReplyHeader::Kind::foreign:
          return Failed{foreign(line_.where, unread())};
        case ReplyHeader::Kind::scalar:
          return scalar(deadline);
        case ReplyHeader::Kind::array:
          if (level == most_levels) return Failed{foreign(line_.where, unread())};
          return array(header, deadline, level + 1);
        case ReplyHeader::Kind::incomplete:
          break;
      }
      if (const auto more = read_more(deadline); !more) return Failed{more.error()};
    }
  }

  tl::expected<Reply, Error> array(const ReplyHeader& header, const Deadline& deadline, int level) {
    // Taken from before hiredis: it then sees one element after the other.
    reader_->pos += header.bytes;
    if (header.elements < 0) return Nil{};
    Array elements;
    for (int i = 0; i < header.elements; ++i) {
      auto element = next_reply(deadline, level);
      if (!element) return element;
      if (auto* text = std::get_if<std::string>(&*element))
        elements.push_back(std::move(*text));
      else if (const auto* number = std::get_if<std::int64_t>(&*element))
        elements.push_back(std::to_string(*number));
      else if (std::holds_alternative<Nil>(*element))
        elements.emplace_back();
      else if (auto* inner = std::get_if<Array>(&*element))
        std::ranges::move(*inner, std::back_inserter(elements));
      else
        return Failed{error("an answer of another shape than was asked for")};
      if (elements.size() > most_elements) return Failed{error("answer too large")};
    }
    return elements;
  }

  tl::expected<Reply, Error> scalar(const Deadline& deadline) {
    for (;;) {
      void* raw = nullptr;
      const int result = redisReaderGetReply(reader_.get(), &raw);
      // Owned before it is looked at: an error reply has to be freed as well.
      const RawReply reply{static_cast<redisReply*>(raw)};
      if (result != REDIS_OK) return Failed{foreign(line_.where, {})};
      if (reply) return translated(*reply);
      if (const auto more = read_more(deadline); !more) return Failed{more.error()};
    }
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
      case REDIS_REPLY_ERROR:
        return ErrorReply{
            redactor_(without_arguments({reply.str, static_cast<std::size_t>(reply.len)}))};
      default:
        return Failed{foreign(line_.where, {})};
    }
  }

  tl::expected<void, Error> read_more(const Deadline& deadline) {
    std::array<char, 16'384> buffer;
    const auto n = line_.stream->read(buffer, deadline);
    if (!n) return Failed{n.error()};
    if (*n == 0) return Failed{{Failure::unreachable, "connection closed"}};
    heard_ = true;
    if (redisReaderFeed(reader_.get(), buffer.data(), *n) != REDIS_OK) throw std::bad_alloc{};
    return {};
  }

  std::string_view unread() const {
    if (reader_->pos >= reader_->len) return {};
    return {reader_->buf + reader_->pos, reader_->len - reader_->pos};
  }

  Error error(const std::string& what) const {
    return {Failure::redis_error, line_.where + ": " + what};
  }

  /// Says whom and what was asked; errors that name the peer already stay as they are.
  Error at_peer(const Error& why, std::string_view command, const Deadline& deadline) const {
    if (why.what.starts_with(line_.where)) return why;
    // A server that speaks nothing but TLS hangs up on whoever speaks none.
    if (why.failure == Failure::unreachable && !heard_ && line_.may_want_tls)
      return {why.failure, line_.where + ": " + why.what +
                               " before the first answer (does it want TLS, rediss://?)"};
    if (why.failure != Failure::timeout || command.empty() || deadline.limit.count() == 0 ||
        why.what.starts_with("given up"))
      return {why.failure, line_.where + ": " + why.what};
    return {why.failure, line_.where + ": no answer to " + std::string{command} + " within " +
                             format_duration(deadline.limit)};
  }

  Line line_;
  Redactor redactor_;
  std::vector<Opening> openings_;  ///< those not yet sent
  Reader reader_;
  std::optional<Error> broken_;
  bool heard_ = false;  ///< any byte at all
};

Connection::Connection(Line line, const Login& login, std::uint32_t database, Redactor redactor)
    : impl_{std::make_unique<Impl>(std::move(line), login, database, std::move(redactor))} {}
Connection::~Connection() = default;
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;

tl::expected<void, Error> Connection::ask(std::span<const Command> commands,
                                          const Deadline& deadline, const Take& take) {
  return impl_->ask(commands, deadline, take);
}

tl::expected<Replies, Error> Connection::ask(std::span<const Command> commands,
                                             const Deadline& deadline) {
  Replies replies;
  const auto asked =
      ask(commands, deadline, [&](Reply reply) { replies.push_back(std::move(reply)); });
  if (!asked) return Failed{asked.error()};
  return replies;
}

tl::expected<void, Error> Connection::tell(const Command& command, const Deadline& deadline) {
  return impl_->tell(command, deadline);
}

tl::expected<std::optional<Reply>, Error> Connection::receive(const Deadline& beginning,
                                                              const Deadline& end) {
  return impl_->receive(beginning, end);
}

const Host& Connection::host() const noexcept { return impl_->host(); }

}  // namespace heartbeat::redis
