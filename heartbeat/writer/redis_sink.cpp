#include "writer/redis_sink.hpp"

#include <fmt/format.h>

#include <exception>
#include <utility>
#include <vector>

#include "document/signature.hpp"

namespace heartbeat {
namespace {

using Failed = tl::unexpected<redis::Error>;

/// Such as `1764054321.123`: a double holds it to the millisecond.
std::string seconds_since_epoch(WallTime time) {
  const auto milliseconds = time.time_since_epoch().count();
  return fmt::format("{}.{:03}", milliseconds / 1000, milliseconds % 1000);
}

}  // namespace

RedisSink::RedisSink(const ResolvedConfig& settings)
    : find_{settings.find_redis},
      key_{settings.key},
      ttl_{std::to_string(settings.ttl.count())},
      roster_{settings.roster},
      member_{settings.member} {}

RedisSink::PreviousDocument RedisSink::replaced_by(const redis::Reply* before,
                                                   std::uint64_t turns) {
  PreviousDocument replaced{.unbroken = std::exchange(turns_, turns) == turns};
  if (before == nullptr) return replaced;
  if (const auto* text = std::get_if<std::string>(before)) replaced.beginning = *text;
  // Something else than a string, on the other hand, is there no longer.
  if (const auto* refused = std::get_if<redis::ErrorReply>(before))
    may_look_ = refused->text.starts_with("WRONGTYPE");
  return replaced;
}

tl::expected<RedisSink::PreviousDocument, redis::Error> RedisSink::try_publish(
    std::string_view document, WallTime now, const redis::Deadline& deadline) {
  const auto last_byte = std::to_string(signature_bytes - 1);
  if (!client_) {
    auto endpoint = find_();
    if (!endpoint) return Failed{redis::Error{redis::Failure::auth, endpoint.error()}};
    client_.emplace(std::move(*endpoint));
    counted_ = false;
    may_look_ = true;
    may_enlist_ = true;
    turns_.reset();
  }
  std::vector<redis::Command> commands;
  const auto looks = may_look_;
  const auto score = seconds_since_epoch(now);
  if (looks) commands.push_back({"GETRANGE", key_, "0", last_byte});
  commands.push_back({"SETEX", key_, ttl_, document});
  if (may_enlist_) commands.push_back({"ZADD", roster_, score, member_});
  const auto replies = client_->ask(commands, deadline, true);
  if (client_->connects() > 0 && !std::exchange(counted_, true)) ++connects_;
  if (!replies) return Failed{replies.error()};
  const auto& written = (*replies)[looks ? 1 : 0];
  if (const auto* lost = std::get_if<redis::Unanswered>(&written)) return Failed{lost->why};
  if (const auto* refused = std::get_if<redis::ErrorReply>(&written))
    return Failed{redis::refusal("SETEX", refused->text)};
  if (std::holds_alternative<redis::ErrorReply>(replies->back())) may_enlist_ = false;
  return replaced_by(looks ? &replies->front() : nullptr, client_->turns());
}

tl::expected<RedisSink::PreviousDocument, redis::Error> RedisSink::publish(
    std::string_view document, WallTime now, const redis::Deadline& deadline) noexcept try {
  auto result = try_publish(document, now, deadline);
  if (!result) client_.reset();
  return result;
} catch (const std::exception& e) {
  client_.reset();
  return Failed{redis::Error{redis::Failure::redis_error, e.what()}};
}

}  // namespace heartbeat
