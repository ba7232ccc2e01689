#include "history/recorder.hpp"

#include <algorithm>
#include <utility>

#include "document/names.hpp"

namespace probe {
namespace {

using heartbeat::WallTime;
using namespace std::chrono_literals;

constexpr std::size_t max_remembered = 200;  // of each service
constexpr std::size_t max_pending = 100'000;
constexpr std::size_t max_watches = 1000;
constexpr std::size_t max_recent_watches = 2000;
constexpr std::size_t max_kept_watches = 10'000;
// A clock that was set wrongly must not trim what is not old.
constexpr auto time_until_trusted = 1h;
constexpr auto ended_after = 1min;

template <typename Duration>
auto magnitude(Duration duration) {
  return duration < Duration::zero() ? -duration : duration;
}

}  // namespace

Recorder::Recorder(std::string prefix, std::function<std::string()> new_id,
                   std::uint64_t first_number)
    : prefix_{std::move(prefix)}, new_id_{std::move(new_id)}, next_number_{first_number} {}

bool Recorder::is_stepped(const Moment& began) const {
  if (!last_began_) return false;
  const auto by_wall = began.wall - last_began_->wall;
  const auto by_steady =
      std::chrono::round<std::chrono::milliseconds>(began.steady - last_began_->steady);
  return magnitude(by_wall - by_steady) > max_step;
}

void Recorder::note(const ObservedReading& observation) {
  const auto& began = observation.began;
  const bool is_other = !born_ || is_stepped(began);
  const bool was_paused = last_ended_ && began.steady - last_ended_->steady > max_pause;
  if (is_other || was_paused || !observation.is_read) end_watch();
  if (is_other) begin_as_another(began);
  last_began_ = began;
  last_ended_ = observation.ended;

  const auto before = pending_.size();
  const auto& changes = observation.changes.verdicts;
  for (const auto& change : changes) {
    auto entry = entry_of(change, id_);
    // Another observer, by another clock, saw what was before.
    if (is_other) entry.from.reset(), entry.since.reset();
    remember(std::move(entry));
  }
  if (is_other && changes.size() < observation.states.size())
    for (const auto& [service, reason, since] : observation.states)
      if (std::ranges::find(changes, service, &VerdictChange::service) == changes.end())
        remember({.observer = id_, .service = service, .at = began.wall, .to = reason});
  if (!observation.is_read) return;
  const bool is_new = !watch_;
  auto& watch = watch_ ? *watch_ : watch_.emplace(WatchedTime{id_, began.wall, began.wall});
  watch.to = std::max(watch.to, began.wall);
  const bool is_due = !watch_written_ || began.steady - *watch_written_ >= watch_interval;
  if (is_new || is_due || pending_.size() != before) write_watch(watch, began);
}

void Recorder::begin_as_another(const Moment& began) {
  id_ = new_id_();
  born_ = began;
}

void Recorder::end_watch() {
  if (!watch_ || !last_began_) return;
  write_watch(*watch_, *last_began_);
  watches_.push_back(*watch_);
  watch_.reset();
  if (watches_.size() > max_watches) watches_.erase(watches_.begin());
}

void Recorder::remember(HistoryEntry entry) {
  if (entry.service == all_services) return;
  auto& entries = entries_[std::string{heartbeat::split_member(entry.service).first}];
  write_entry(entry);
  entries.push_back(std::move(entry));
  if (entries.size() > max_remembered) entries.pop_front();
}

void Recorder::write(std::string key, std::string json, WallTime at, std::size_t max) {
  const auto ms = std::max<std::int64_t>(at.time_since_epoch().count(), 0);
  std::optional<WallTime> oldest;
  if (born_ && last_began_ && last_began_->steady - born_->steady > time_until_trusted &&
      next_number_ % 2 == 0)
    oldest = last_began_->wall - max_history;
  pending_.push_back({std::move(key), std::to_string(ms) + '-' + std::to_string(next_number_++),
                      std::move(json), max, oldest});
  if (pending_.size() > max_pending) pending_.pop_front();
}

void Recorder::write_entry(const HistoryEntry& entry) {
  const auto service = heartbeat::split_member(entry.service).first;
  write(heartbeat::history_key(prefix_, service), encode(entry), entry.at, max_entries);
}

void Recorder::write_watch(const WatchedTime& watch, const Moment& now) {
  write(heartbeat::history_key(prefix_, recent_watches), encode(watch), watch.to,
        max_recent_watches);
  watch_written_ = now.steady;
}

void Recorder::written(std::size_t count) {
  const auto key = heartbeat::history_key(prefix_, recent_watches);
  for (; count > 0 && !pending_.empty(); --count) {
    if (pending_.front().key == key) last_watched_ = std::move(pending_.front());
    pending_.pop_front();
  }
}

void Recorder::restore() {
  pending_.clear();
  last_watched_ = {};
  for (const auto& [service, entries] : entries_)
    for (const auto& entry : entries) write_entry(entry);
  for (const auto& watch : watches_)
    write(heartbeat::history_key(prefix_, kept_watches), encode(watch), watch.to, max_kept_watches);
  if (watch_ && last_began_) write_watch(*watch_, *last_began_);
}

bool Recorder::is_keeping_due(std::chrono::steady_clock::time_point now) const noexcept {
  return !kept_ || now - *kept_ >= keep_interval;
}

void Recorder::keep(const std::vector<WatchedTime>& recent, const std::vector<WatchedTime>& kept,
                    WallTime now) {
  if (last_began_) kept_ = last_began_->steady;
  const auto known = joined(kept);
  for (const auto& watch : joined(recent)) {
    if (watch.observer != id_ && now - watch.to < ended_after) continue;
    const bool is_known = std::ranges::any_of(known, [&](const auto& other) {
      return other.observer == watch.observer && other.from <= watch.from && other.to >= watch.to;
    });
    if (!is_known)
      write(heartbeat::history_key(prefix_, kept_watches), encode(watch), watch.to,
            max_kept_watches);
  }
}

History Recorder::history_of(std::string_view service) const {
  History history;
  history.watches = watches_;
  if (watch_) history.watches.push_back(*watch_);
  const auto known = entries_.find(heartbeat::split_member(service).first);
  if (known != entries_.end()) history.entries.assign(known->second.begin(), known->second.end());
  return history;
}

}  // namespace probe
