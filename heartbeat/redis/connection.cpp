#include "redis/connection.hpp"

#include <algorithm>
#include <utility>

#include "document/time.hpp"

namespace heartbeat::redis {
namespace {

/// Commands without a reply at any time. Each reply may be a document, which waits in memory.
constexpr std::size_t max_unanswered = 1024;

/// Redis repeats the beginning of an unknown command: maybe half a password, which no redactor
/// knows.
std::string without_arguments(std::string text) {
  if (const auto echo = text.find(" with args beginning with"); echo != text.npos) {
    text.resize(echo);
    if (text.ends_with(',')) text.pop_back();
  }
  return text;
}

/// For a refused login: who logs in, and where the password is from.
std::string label_of(const Login& login) {
  const auto& password = login.password;
  if (password.empty())
    return "AUTH with a user name and no password (a password alone is redis://:PASSWORD@HOST)";
  std::string label = "AUTH";
  if (!login.username.empty()) label += " as '" + login.username + "'";
  if (!login.password_variable.empty()) label += " with " + login.password_variable;
  const bool quoted = password.size() > 1 && password.front() == password.back() &&
                      (password.front() == '"' || password.front() == '\'');
  return quoted ? label + ", which is in quotes" : label;
}

}  // namespace

std::vector<Connection::LoginStep> Connection::login_steps(const Login& login,
                                                           std::uint32_t database) {
  std::vector<LoginStep> steps;
  if (!login.username.empty())
    steps.push_back({{"AUTH", login.username, login.password}, label_of(login)});
  else if (!login.password.empty())
    steps.push_back({{"AUTH", login.password}, label_of(login)});
  if (database != 0) {
    const auto number = std::to_string(database);
    steps.push_back({{"SELECT", number}, "SELECT " + number});
  }
  return steps;
}

Connection::Connection(Transport transport, const Login& login, std::uint32_t database,
                       Redactor redactor)
    : transport_{std::move(transport)},
      redactor_{std::move(redactor)},
      reader_{transport_.where},
      login_steps_{login_steps(login, database)} {}

Result<void> Connection::send(std::size_t count, CommandAt command_at, const Deadline& deadline) {
  if (failure_) return Failed{*failure_};
  const auto early_reply = reader_.next();
  if (!early_reply) return failed(early_reply.error());
  if (*early_reply || received_ < count_)
    return failed({Failure::redis_error, transport_.where + ": an answer without a command"});
  command_at_ = std::move(command_at);
  count_ = count;
  sent_ = received_ = 0;
  heard_ = false;
  last_error_.clear();
  std::string bytes;
  for (const auto& step : login_steps_)
    append_request(Command{step.words.begin(), step.words.end()}, bytes);
  if (const auto sent = send_some(std::move(bytes), deadline); !sent) return sent;
  return finish_login(deadline);
}

Result<void> Connection::send_some(std::string bytes, const Deadline& deadline) {
  const auto last = sent_ + std::min(count_ - sent_, max_unanswered / 2);
  for (; sent_ < last; ++sent_) append_request(command_at_(sent_), bytes);
  const auto sent = transport_.stream->write(bytes, deadline);
  // A peer that closed may have sent the reason first: the next read returns it, or fails as well.
  if (!sent && sent.error().failure != Failure::unreachable)
    return failed(explained(sent.error(), "", deadline));
  return {};
}

Result<void> Connection::finish_login(const Deadline& deadline) {
  for (const auto& step : std::exchange(login_steps_, {})) {
    const auto reply = read_reply(deadline, step.words.front());
    if (!reply) return Failed{reply.error()};
    if (const auto* refused = std::get_if<ErrorReply>(*reply))
      return failed(refusal(step.label, refused->text));
  }
  return {};
}

Result<Reply*> Connection::receive(const Deadline& deadline) {
  if (failure_) return Failed{*failure_};
  // Sends more commands before all are answered, so that Redis never waits for them.
  if (sent_ < count_ && sent_ - received_ <= max_unanswered / 2)
    if (const auto sent = send_some({}, deadline); !sent) return Failed{sent.error()};
  const auto reply = read_reply(deadline);
  if (!reply) return reply;
  ++received_;
  last_error_.clear();
  if (const auto* refused = std::get_if<ErrorReply>(*reply)) last_error_ = refused->text;
  return reply;
}

Result<Reply*> Connection::read_reply(const Deadline& deadline, std::string_view login_command) {
  const auto failed_at = [&](const Error& why) {
    const auto command = login_command.empty() ? command_at_(received_).front() : login_command;
    return failed(explained(why, command, deadline));
  };
  for (;;) {
    const auto reply = reader_.next();
    if (!reply) return failed(reply.error());
    if (Reply* const complete = *reply) {
      if (auto* refused = std::get_if<ErrorReply>(complete))
        refused->text = redactor_(without_arguments(std::move(refused->text)));
      return complete;
    }
    const auto bytes = transport_.stream->read(reader_.buffer(), deadline);
    if (!bytes) return failed_at(bytes.error());
    if (*bytes == 0) return failed_at({Failure::unreachable, "connection closed"});
    heard_ = true;
    reader_.received(*bytes);
  }
}

Failed Connection::failed(Error why) {
  failure_ = Error{why.failure, redactor_(std::move(why.what))};
  return tl::unexpected{*failure_};
}

/// Adds the peer and the command to an error of the stream.
Error Connection::explained(const Error& why, std::string_view command,
                            const Deadline& deadline) const {
  // Redis sends the reason before it closes a connection.
  if (why.failure == Failure::unreachable && !last_error_.empty()) return refusal("", last_error_);
  if (why.failure == Failure::unreachable && command == "SELECT")
    return {why.failure, transport_.where + ": " + why.what +
                             " at SELECT (does a proxy support only database 0?)"};
  // A server that accepts only TLS closes other connections without a reply.
  if (why.failure == Failure::unreachable && !reader_.has_received() && transport_.may_want_tls)
    return {why.failure, transport_.where + ": " + why.what +
                             " before the first answer (does it want TLS, rediss://?)"};
  if (why.failure != Failure::timeout || command.empty() || deadline.limit.count() == 0 ||
      why.what.starts_with("given up"))
    return {why.failure, transport_.where + ": " + why.what};
  return {why.failure, transport_.where + ": no answer to " + std::string{command} + " within " +
                           format_duration(deadline.limit)};
}

Result<Replies> Connection::ask(std::span<const Command> commands, const Deadline& deadline) {
  const auto command_at = [commands](std::size_t index) { return CommandWords{commands[index]}; };
  if (const auto sent = send(commands.size(), command_at, deadline); !sent)
    return Failed{sent.error()};
  Replies replies;
  while (replies.size() < commands.size()) {
    const auto reply = receive(deadline);
    if (!reply) return Failed{reply.error()};
    replies.push_back(std::move(**reply));
  }
  return replies;
}

}  // namespace heartbeat::redis
