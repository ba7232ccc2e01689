#include "beat/publisher.hpp"

#include <array>
#include <exception>
#include <utility>

namespace heartbeat {
namespace {

using Failed = tl::unexpected<redis::Error>;

}  // namespace

Publisher::Publisher(FindRedis find, std::string key, std::chrono::seconds ttl)
    : find_{std::move(find)}, key_{std::move(key)}, ttl_{std::to_string(ttl.count())} {}

tl::expected<void, redis::Error> Publisher::try_publish(std::string_view document,
                                                        const redis::Deadline& deadline) {
  if (!client_) {
    auto endpoint = find_();
    if (!endpoint) return Failed{redis::Error{redis::Failure::auth, endpoint.error()}};
    client_.emplace(std::move(*endpoint));
    counted_ = false;
  }
  const std::array commands{redis::Command{"SETEX", key_, ttl_, document}};
  const auto replies = client_->ask(commands, deadline, true);
  if (client_->connects() > 0 && !std::exchange(counted_, true)) ++connects_;
  if (!replies) return Failed{replies.error()};
  if (const auto* lost = std::get_if<redis::Unanswered>(&replies->front()))
    return Failed{lost->why};
  if (const auto* refused = std::get_if<redis::ErrorReply>(&replies->front()))
    return Failed{redis::refusal("SETEX", refused->text)};
  return {};
}

tl::expected<void, redis::Error> Publisher::publish(std::string_view document,
                                                    const redis::Deadline& deadline) noexcept try {
  auto result = try_publish(document, deadline);
  if (!result) client_.reset();
  return result;
} catch (const std::exception& e) {
  client_.reset();
  return Failed{redis::Error{redis::Failure::redis_error, e.what()}};
}

}  // namespace heartbeat
