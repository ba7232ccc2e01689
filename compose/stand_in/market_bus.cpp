#include "stand_in/market_bus.hpp"

#include <utility>

#include "heartbeat/error.hpp"
#include "redis/environment.hpp"
#include "redis/observer.hpp"
#include "redis/reach.hpp"
#include "redis/redactor.hpp"

namespace stand_in {
namespace {

namespace redis = heartbeat::redis;
using std::chrono::steady_clock;

constexpr std::chrono::seconds silence_before_ping{1};
constexpr std::chrono::seconds silence_before_end{3};

/// A ["message", channel, text]; others, such as a pong, have no text.
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

tl::expected<redis::Connection, std::string> connect_to_bus(const redis::Endpoint& endpoint) {
  redis::Unobserved unobserved;
  const redis::Redactor redactor{endpoint};
  auto line = redis::reach(endpoint, redactor, redis::Deadline::after(bus_limit), unobserved);
  if (!line) return tl::unexpected{redactor(line.error().what)};
  return redis::Connection{std::move(*line), endpoint.login, 0, redactor};
}

tl::expected<Subscription, std::string> Subscription::open(const redis::Endpoint& endpoint,
                                                           const std::string& channel) {
  auto connection = connect_to_bus(endpoint);
  if (!connection) return tl::unexpected{connection.error()};
  const auto deadline = redis::Deadline::after(bus_limit);
  if (const auto told = connection->tell({"SUBSCRIBE", channel}, deadline); !told)
    return tl::unexpected{told.error().what};
  const auto reply = connection->receive(deadline, deadline);
  if (!reply) return tl::unexpected{reply.error().what};
  const auto& answer = *reply;
  if (!answer) return tl::unexpected<std::string>{"no answer to SUBSCRIBE"};
  if (const auto* refused = std::get_if<redis::ErrorReply>(&*answer))
    return tl::unexpected{refused->text};
  return Subscription{std::move(*connection)};
}

tl::expected<std::vector<std::string>, std::string> Subscription::receive(
    std::chrono::milliseconds wait) {
  std::vector<std::string> messages;
  auto beginning = redis::Deadline::after(wait);
  for (;;) {
    auto reply = connection_.receive(beginning, redis::Deadline::after(bus_limit));
    if (!reply) return tl::unexpected{reply.error().what};
    auto& answer = *reply;
    if (!answer) break;
    heard_ = steady_clock::now();
    pinged_ = false;
    if (auto* text = message_in(*answer)) messages.push_back(std::move(*text));
    beginning = redis::Deadline::after({});  // and whatever else is there
  }
  const auto silence = steady_clock::now() - heard_;
  if (silence > silence_before_end) return tl::unexpected<std::string>("the server is silent");
  if (silence > silence_before_ping && !std::exchange(pinged_, true))
    // If that fails the silence goes on.
    std::ignore = connection_.tell({"PING"}, redis::Deadline::after(bus_limit));
  return messages;
}

}  // namespace stand_in
