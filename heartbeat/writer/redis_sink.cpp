#include "writer/redis_sink.hpp"

#include <fmt/format.h>

#include <exception>
#include <vector>

#include "document/document.hpp"
#include "document/names.hpp"
#include "document/text.hpp"
#include "host/host.hpp"

namespace heartbeat {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

// Such as `1764054321.123`: a double holds it to the millisecond.
std::string seconds_since_epoch(WallTime time) {
  const auto count = time.time_since_epoch().count();
  return fmt::format("{}.{:03}", count / 1000, count % 1000);
}

}  // namespace

RedisSink::RedisSink(const ResolvedConfig& config, const std::string& instance_id,
                     DetachableThread& thread, SharedWriter& writer, Log log)
    : config_{config},
      instance_id_{instance_id},
      thread_{thread},
      writer_{writer},
      log_{std::move(log)},
      detector_{instance_id, config.interval, config.ttl} {}

Writer RedisSink::condition(Lateness& lateness) {
  writer_.update([&](Writer& writer) { lateness.describe(writer); });
  return writer_.read();
}

WriteOutcome RedisSink::write(const Beat& beat, const redis::Deadline& deadline) {
  if (beat.is_last && detector_.has_rival()) return WriteOutcome::accepted;  // it goes on
  const Time began = steady_clock::now();
  const auto suspended = suspended_since_boot();
  ReplaceResult result;
  if (!thread_.run_abandonable([&] { result = replace(beat, deadline); }))
    return WriteOutcome::abandoned;
  // A write that stop() interrupted says nothing about Redis.
  if (!result && deadline.cancel >= 0 && thread_.stopping()) return WriteOutcome::failed;
  const Time ended = steady_clock::now();
  writer_.update([&](Writer& writer) {
    writer.last_write = std::chrono::floor<milliseconds>(ended - began);
    writer.reconnects = connects_ > 0 ? connects_ - 1 : 0;
  });
  const bool was_accepted = std::exchange(accepted_, result.has_value());
  if (!result) {
    note_failure(result.error(), was_accepted);
    return WriteOutcome::failed;
  }
  if (result->is_kept) return WriteOutcome::accepted;
  // These times go on while the machine is suspended, as Redis's clock does.
  note_previous(*result, began + suspended, ended + suspended_since_boot());
  detector_.wrote(beat.text);
  if (!was_accepted && writer_.read().failed_writes > 0) log("Redis accepts beats again");
  return WriteOutcome::accepted;
}

void RedisSink::log(const std::string& line) const {
  if (log_) log_(line);
}

void RedisSink::note_failure(const redis::Error& error, bool was_accepted) {
  auto text = printable(error.what, max_error_bytes);
  bool is_news = was_accepted;
  writer_.update([&](Writer& writer) {
    ++writer.failed_writes;
    is_news |= writer.last_error != text;
    writer.last_error = text;
  });
  if (is_news) log(text);
}

void RedisSink::note_previous(const PreviousDocument& previous, Time began, Time ended) {
  const bool had_rival = detector_.has_rival();
  const auto vanished_before = detector_.vanished();
  if (previous.beginning)
    detector_.observe({.found = *previous.beginning,
                       .unbroken = previous.unbroken,
                       .began = began,
                       .ended = ended});
  else
    detector_.cannot_observe();
  const auto rival = detector_.rival();
  writer_.update([&](Writer& writer) {
    writer.vanished = detector_.vanished();
    writer.rival = rival;
  });
  const bool vanishes = detector_.vanished() > vanished_before;
  const bool was_vanishing = std::exchange(vanished_, vanishes);
  const auto key = printable(config_.key);
  if (vanishes && !was_vanishing) log(key + " had vanished: evicted, flushed or deleted");
  if (!had_rival && !rival.empty()) log(key + " is also written by " + rival);
  if (had_rival && rival.empty()) log(key + " has no other writer any more");
}

RedisSink::ReplaceResult RedisSink::replace(const Beat& beat,
                                            const redis::Deadline& deadline) noexcept try {
  auto result = try_replace(beat, deadline);
  if (!result) link_.reset();
  return result;
} catch (const std::exception& e) {
  link_.reset();
  return redis::Failed{{redis::Failure::redis_error, e.what()}};
}

/// Whether the key holds the document of another process that has not stopped.
redis::Result<bool> RedisSink::another_lives(redis::Client& client,
                                             const redis::Deadline& deadline) const {
  const auto last_byte = std::to_string(identity_bytes - 1);
  const redis::Command look{"GETRANGE", config_.key, "0", last_byte};
  const auto replies = client.ask({&look, 1}, deadline);
  if (!replies) return redis::Failed{replies.error()};
  const auto* found = std::get_if<std::string>(&replies->front());
  if (found == nullptr || found->empty()) return false;
  const auto writer = read_writer_identity(*found);
  return !writer.farewell && (!writer.instance || writer.instance->id != instance_id_);
}

RedisSink::ReplaceResult RedisSink::try_replace(const Beat& beat, const redis::Deadline& deadline) {
  if (!link_) {
    auto endpoint = config_.find_redis();
    if (!endpoint) return redis::Failed{{redis::Failure::auth, endpoint.error()}};
    link_.emplace(std::move(*endpoint));
    link_->client.set_find_endpoint(config_.find_redis);
  }
  auto& client = link_->client;
  const auto last_byte = std::to_string(identity_bytes - 1);
  const auto score = seconds_since_epoch(beat.written_at);
  const auto ttl = std::to_string(beat.ttl.count());
  const bool leaves = beat.leaves_roster && !config_.instance.empty();
  const auto own_score = (leaves ? "-" : "") + score;
  const auto marked = config_.member + std::string{host_mark};
  const bool reads = link_->may_read;
  std::vector<redis::Command> commands;
  if (reads) commands.push_back({"GETRANGE", config_.key, "0", last_byte});
  commands.push_back({"SETEX", config_.key, ttl, beat.text});
  if (link_->may_write_roster) {
    commands.push_back({"ZADD", config_.roster, "NX", score, roster_began});
    auto& own = commands.emplace_back(redis::Command{"ZADD", config_.roster});
    own.insert(own.end(), {own_score, config_.member});
    if (config_.is_by_host) own.insert(own.end(), {score, marked});
  }
  const bool was_connected = client.connects() > 0;
  const auto reconnects = client.reconnects();
  if (beat.is_last && reads) {
    const auto lives = another_lives(client, deadline);
    if (!lives) return redis::Failed{lives.error()};
    if (*lives) return PreviousDocument{.is_kept = true};
  }
  const auto replies = client.ask(commands, deadline);
  if (!was_connected && client.connects() > 0) ++connects_;
  if (client.reconnects() > reconnects) {
    connects_ += client.reconnects() - reconnects;
    link_->may_read = link_->may_write_roster = true;
  }
  if (!replies) return redis::Failed{replies.error()};

  const auto& written = (*replies)[reads ? 1 : 0];
  if (const auto* lost = std::get_if<redis::Unanswered>(&written)) return redis::Failed{lost->why};
  if (const auto* refused = std::get_if<redis::ErrorReply>(&written))
    return redis::Failed{redis::refusal("SETEX", refused->text)};
  if (std::holds_alternative<redis::ErrorReply>(replies->back())) link_->may_write_roster = false;

  const auto version = client.topology_version();
  PreviousDocument previous{.unbroken = std::exchange(link_->last_version, version) == version};
  if (!reads) return previous;
  if (const auto* beginning = std::get_if<std::string>(&replies->front()))
    previous.beginning = *beginning;
  // WRONGTYPE is no denial: the key held a value of another type, and SETEX has replaced it.
  if (const auto* refused = std::get_if<redis::ErrorReply>(&replies->front()))
    link_->may_read = refused->text.starts_with("WRONGTYPE");
  return previous;
}

}  // namespace heartbeat
