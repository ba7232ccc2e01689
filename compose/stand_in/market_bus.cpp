#include "stand_in/market_bus.hpp"

#include <utility>

#include "heartbeat/error.hpp"
#include "redis/config.hpp"
#include "redis/connect.hpp"
#include "redis/error.hpp"

namespace stand_in {
namespace {

namespace redis = heartbeat::redis;
using std::chrono::steady_clock;

constexpr std::chrono::seconds silence_before_ping{1};
constexpr std::chrono::seconds silence_before_end{3};

/// The text of a ["message", channel, text]; null for any other reply, such as a pong.
std::string* message_in(redis::Reply& reply) {
  auto* words = std::get_if<redis::Array>(&reply);
  const bool is_message = words != nullptr && words->size() == 3 && words->front() == "message";
  return is_message ? &words->back() : nullptr;
}

}  // namespace

redis::Endpoint bus_endpoint() {
  auto endpoint = redis::endpoint_from(redis::process_environment(), {});
  if (!endpoint) throw heartbeat::ConfigError{endpoint.error()};
  return *endpoint;
}

tl::expected<redis::Transport, std::string> connect_to_bus(const redis::Endpoint& endpoint) {
  redis::ProgressListener silent;
  auto transport = redis::connect(endpoint, redis::Deadline::after(bus_limit), silent);
  if (!transport) return tl::unexpected{redis::Redactor{endpoint}(transport.error().what)};
  return std::move(*transport);
}

tl::expected<void, std::string> Subscription::send(const redis::Command& command) {
  std::string bytes;
  redis::append_request(command, bytes);
  const auto sent = transport_.stream->write(bytes, redis::Deadline::after(bus_limit));
  if (!sent) return tl::unexpected{sent.error().what};
  return {};
}

tl::expected<std::optional<redis::Reply>, std::string> Subscription::next(
    const redis::Deadline& deadline) {
  for (;;) {
    auto reply = reader_->next();
    if (!reply) return tl::unexpected{reply.error().what};
    if (*reply) return std::move(**reply);
    const auto bytes = transport_.stream->read(reader_->buffer(), deadline);
    if (!bytes && bytes.error().failure == redis::Failure::timeout) return std::nullopt;
    if (!bytes) return tl::unexpected{bytes.error().what};
    if (*bytes == 0) return tl::unexpected<std::string>{"connection closed"};
    reader_->received(*bytes);
  }
}

tl::expected<Subscription, std::string> Subscription::open(const redis::Endpoint& endpoint,
                                                           const std::string& channel) {
  auto transport = connect_to_bus(endpoint);
  if (!transport) return tl::unexpected{transport.error()};
  Subscription subscription{std::move(*transport)};
  std::vector<redis::Command> commands;
  const auto& username = endpoint.login.username;
  const auto& password = endpoint.login.password;
  if (!username.empty())
    commands.push_back({"AUTH", username, password});
  else if (!password.empty())
    commands.push_back({"AUTH", password});
  commands.push_back({"SUBSCRIBE", channel});
  const auto deadline = redis::Deadline::after(bus_limit);
  for (const auto& command : commands) {
    if (const auto sent = subscription.send(command); !sent) return tl::unexpected{sent.error()};
    auto reply = subscription.next(deadline);
    if (!reply) return tl::unexpected{reply.error()};
    auto& answer = *reply;
    if (!answer) return tl::unexpected{"no answer to " + std::string{command.front()}};
    if (const auto* refused = std::get_if<redis::ErrorReply>(&*answer))
      return tl::unexpected{redis::Redactor{endpoint}(refused->text)};
  }
  return subscription;
}

tl::expected<std::vector<std::string>, std::string> Subscription::receive(
    std::chrono::milliseconds wait) {
  std::vector<std::string> messages;
  auto deadline = redis::Deadline::after(wait);
  for (;;) {
    auto reply = next(deadline);
    if (!reply) return tl::unexpected{reply.error()};
    auto& answer = *reply;
    if (!answer) break;
    heard_ = steady_clock::now();
    pinged_ = false;
    if (auto* text = message_in(*answer)) messages.push_back(std::move(*text));
    deadline = redis::Deadline::after({});  // then reads only what has arrived
  }
  const auto silence = steady_clock::now() - heard_;
  if (silence > silence_before_end) return tl::unexpected<std::string>("the server is silent");
  if (silence > silence_before_ping && !std::exchange(pinged_, true))
    std::ignore = send({"PING"});  // if that fails, the silence goes on
  return messages;
}

}  // namespace stand_in
