#include "beat/publisher.hpp"

#include <exception>
#include <utility>
#include <vector>

#include "document/signature.hpp"

namespace heartbeat {
namespace {

using Failed = tl::unexpected<redis::Error>;

}  // namespace

Publisher::Publisher(FindRedis find, std::string key, std::chrono::seconds ttl)
    : find_{std::move(find)}, key_{std::move(key)}, ttl_{std::to_string(ttl.count())} {}

Publisher::Replaced Publisher::replaced_by(const redis::Replies& replies, std::uint64_t turns) {
  Replaced replaced{.unbroken = std::exchange(turns_, turns) == turns};
  if (replies.size() < 2) return replaced;
  if (const auto* text = std::get_if<std::string>(&replies.front())) replaced.beginning = *text;
  // Something else than a string, on the other hand, is there no longer.
  if (const auto* refused = std::get_if<redis::ErrorReply>(&replies.front()))
    may_look_ = refused->text.starts_with("WRONGTYPE");
  return replaced;
}

tl::expected<Publisher::Replaced, redis::Error> Publisher::try_publish(
    std::string_view document, const redis::Deadline& deadline) {
  static const std::string last_byte = std::to_string(signature_bytes - 1);
  if (!client_) {
    auto endpoint = find_();
    if (!endpoint) return Failed{redis::Error{redis::Failure::auth, endpoint.error()}};
    client_.emplace(std::move(*endpoint));
    counted_ = false;
    may_look_ = true;
    turns_.reset();
  }
  std::vector<redis::Command> commands;
  if (may_look_) commands.push_back({"GETRANGE", key_, "0", last_byte});
  commands.push_back({"SETEX", key_, ttl_, document});
  const auto replies = client_->ask(commands, deadline, true);
  if (client_->connects() > 0 && !std::exchange(counted_, true)) ++connects_;
  if (!replies) return Failed{replies.error()};
  if (const auto* lost = std::get_if<redis::Unanswered>(&replies->back())) return Failed{lost->why};
  if (const auto* refused = std::get_if<redis::ErrorReply>(&replies->back()))
    return Failed{redis::refusal("SETEX", refused->text)};
  return replaced_by(*replies, client_->turns());
}

tl::expected<Publisher::Replaced, redis::Error> Publisher::publish(
    std::string_view document, const redis::Deadline& deadline) noexcept try {
  auto result = try_publish(document, deadline);
  if (!result) client_.reset();
  return result;
} catch (const std::exception& e) {
  client_.reset();
  return Failed{redis::Error{redis::Failure::redis_error, e.what()}};
}

}  // namespace heartbeat
