#include "http/history_keeper.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <utility>

namespace probe::http {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t max_in_a_batch = 2000;
constexpr auto max_age_of_watches = 10s;

std::string random_id() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

// Leaves room above: the next ids are greater ones.
std::uint64_t random_number() {
  std::random_device random;
  return (std::uint64_t{random()} << 16) + (std::uint64_t{random()} << 8);
}

}  // namespace

HistoryKeeper::HistoryKeeper(std::string prefix, bool writes, OnChange on_change)
    : prefix_{std::move(prefix)},
      writes_{writes},
      on_change_{std::move(on_change)},
      recorder_{prefix_, random_id, random_number()} {}

void HistoryKeeper::note(const ObservedReading& observation, redis::Client* client,
                         const redis::Deadline& deadline) {
  recorder_.note(observation);
  if (!observation.is_read) is_refused_ = false;
  if (!writes_ || is_refused_ || client == nullptr || !observation.is_read) return;
  const auto written = write(*client, observation.began, deadline);
  is_refused_ = !written && written.error().reason == Reason::denied;
  const bool was_told = std::exchange(is_told_, !written);
  if (was_told == is_told_) return;
  on_change_(written ? std::nullopt : std::optional{written.error()}, observation.began.wall);
}

tl::expected<void, Problem> HistoryKeeper::write(redis::Client& client, const Moment& now,
                                                 const redis::Deadline& deadline) {
  if (recorder_.is_keeping_due(now.steady)) {
    const auto stored = read_watches(client, prefix_, deadline);
    if (!stored) return tl::unexpected{stored.error()};
    recorder_.keep(stored->recent, stored->kept, now.wall);
  }
  if (recorder_.pending().empty()) return {};
  if (!recorder_.last_watched().key.empty()) {
    const auto has = has_entry(client, recorder_.last_watched(), deadline);
    if (!has) return tl::unexpected{has.error()};
    if (!*has) recorder_.restore();
  }
  while (!recorder_.pending().empty()) {
    const auto& pending = recorder_.pending();
    const auto count = std::min(pending.size(), max_in_a_batch);
    const std::vector<StreamWrite> batch{pending.begin(),
                                         pending.begin() + static_cast<std::ptrdiff_t>(count)};
    if (auto added = add_entries(client, batch, deadline); !added) return added;
    recorder_.written(count);
  }
  return {};
}

const std::vector<WatchedTime>& HistoryKeeper::watches(redis::Client& client,
                                                       const redis::Deadline& deadline) {
  const auto now = std::chrono::steady_clock::now();
  if (watches_read_ != std::chrono::steady_clock::time_point{} &&
      now - watches_read_ < max_age_of_watches)
    return watches_;
  if (auto stored = read_watches(client, prefix_, deadline)) {
    watches_ = std::move(stored->kept);
    std::ranges::move(stored->recent, std::back_inserter(watches_));
    watches_ = joined(std::move(watches_));
    watches_read_ = now;
  }
  return watches_;
}

History HistoryKeeper::history_of(std::string_view service, redis::Client* client,
                                  const redis::Deadline& deadline) {
  auto history = recorder_.history_of(service);
  if (client == nullptr || is_refused_) return history;
  const auto& stored = watches(*client, deadline);
  history.watches.insert(history.watches.end(), stored.begin(), stored.end());
  if (auto entries = read_entries(*client, prefix_, service, deadline))
    std::ranges::move(*entries, std::back_inserter(history.entries));
  return history;
}

}  // namespace probe::http
