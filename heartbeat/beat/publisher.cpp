#include "beat/publisher.hpp"

#include <array>
#include <exception>
#include <utility>

namespace heartbeat {

Publisher::Publisher(redis::Endpoint endpoint, std::string key, std::chrono::seconds ttl)
    : endpoint_{std::move(endpoint)}, key_{std::move(key)}, ttl_{std::to_string(ttl.count())} {}

tl::expected<redis::Connection, redis::Error> Publisher::connect(const redis::Deadline& deadline) {
  const auto addresses = redis::resolve(endpoint_);
  if (!addresses) return tl::unexpected{addresses.error()};
  auto socket = redis::connect(*addresses, endpoint_, deadline);
  if (!socket) return tl::unexpected{socket.error()};
  redis::Connection connection{std::move(*socket), endpoint_};
  // AUTH and SELECT by themselves first: were SELECT refused, a SETEX right
  // behind it would land in the wrong database.
  const auto greeted = connection.ask({}, deadline);
  if (!greeted) return tl::unexpected{greeted.error()};
  ++connects_;
  return connection;
}

tl::expected<void, redis::Error> Publisher::try_publish(std::string_view document,
                                                        const redis::Deadline& deadline) {
  if (!connection_) {
    auto connection = connect(deadline);
    if (!connection) return tl::unexpected{connection.error()};
    connection_ = std::move(*connection);
  }
  const std::array commands{redis::Command{"SETEX", key_, ttl_, document}};
  const auto replies = connection_->ask(commands, deadline);
  if (!replies) return tl::unexpected{replies.error()};
  if (const auto* error = std::get_if<redis::ErrorReply>(&replies->front()))
    return tl::unexpected{redis::Error{redis::classify(error->text), "SETEX: " + error->text}};
  return {};
}

tl::expected<void, redis::Error> Publisher::publish(std::string_view document,
                                                    const redis::Deadline& deadline) noexcept try {
  auto result = try_publish(document, deadline);
  if (!result) connection_.reset();
  return result;
} catch (const std::exception& e) {
  connection_.reset();
  return tl::unexpected{redis::Error{redis::Failure::redis_error, e.what()}};
}

}  // namespace heartbeat
