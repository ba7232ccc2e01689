#include "writer/duplicate_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "document/text.hpp"
#include "writer/config.hpp"

namespace heartbeat {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

namespace {

// A writer that is silent for this many of its intervals counts as stopped.
constexpr double max_silent_intervals = 1.5;
constexpr std::size_t max_others = 8;
constexpr std::size_t max_host_bytes = 100;

std::string name_of(const std::optional<Instance>& instance) {
  if (!instance || instance->host.empty()) return "an unknown writer";
  auto name = "host " + printable(instance->host, max_host_bytes);
  if (instance->pid > 0) name += fmt::format(", pid {}", instance->pid);
  return name;
}

}  // namespace

DuplicateWriterDetector::DuplicateWriterDetector(std::string own_id,
                                                 std::chrono::milliseconds interval,
                                                 std::chrono::seconds ttl)
    : own_id_{std::move(own_id)}, interval_{interval}, ttl_{ttl} {}

void DuplicateWriterDetector::observe(const Observation& observation) {
  const auto last_beat = std::exchange(last_beat_, observation.began);
  if (last_beat && observation.began > *last_beat)
    // The others may have written while we did not look: at most one interval counts as unseen.
    add_unseen(std::min(observation.began - *last_beat, interval_));
  if (observation.found.empty()) {
    // Leaves a margin of a tenth of the TTL, because Redis measures it by its own clock.
    if (last_beat && observation.unbroken && observation.ended < *last_beat + ttl_ - ttl_ / 10)
      ++vanished_;
    return;
  }
  if (observation.found == own_text_) return;
  const auto identity = read_writer_identity(observation.found);
  if (!identity.instance || identity.instance->id != own_id_) found_other(identity, observation);
}

void DuplicateWriterDetector::found_other(const WriterIdentity& identity,
                                          const Observation& observation) {
  const auto known = std::ranges::find(others_, identity.instance,
                                       [](const auto& other) { return other.identity.instance; });
  if (known != others_.end()) {
    const bool numbered = known->identity.sequence && identity.sequence;
    if (numbered ? identity.sequence > known->identity.sequence : observation.unbroken)
      saw_alive(*known, identity, observation.began);
    return;
  }
  if (others_.size() == max_others)
    others_.erase(std::ranges::max_element(others_, {}, &OtherWriter::unseen));
  others_.push_back({identity, false, interval_, 0s, observation.began});
  if (observation.unbroken) saw_alive(others_.back(), identity, observation.began);
}

void DuplicateWriterDetector::saw_alive(OtherWriter& other, const WriterIdentity& identity,
                                        Time now) {
  // A writer that does not state its interval shows it by its beats.
  const auto gap = now - other.seen;
  if (identity.interval)
    other.interval = std::clamp<nanoseconds>(*identity.interval, min_interval, max_interval);
  else if (gap <= max_interval)
    other.interval = std::max(other.interval, gap);
  other.identity = identity;
  other.rival = !identity.farewell;
  other.unseen = 0s;
  other.seen = now;
}

void DuplicateWriterDetector::add_unseen(nanoseconds time) {
  for (auto& other : others_) {
    other.unseen += time;
    if (other.unseen >= max_silent_intervals * other.interval) other.rival = false;
  }
}

void DuplicateWriterDetector::cannot_observe() noexcept {
  others_.clear();
  last_beat_.reset();
}

bool DuplicateWriterDetector::has_rival() const noexcept {
  return std::ranges::any_of(others_, &OtherWriter::rival);
}

std::string DuplicateWriterDetector::rival() const {
  const auto first = std::ranges::find_if(others_, &OtherWriter::rival);
  if (first == others_.end()) return {};
  const auto count = std::ranges::count_if(others_, &OtherWriter::rival);
  auto text = name_of(first->identity.instance);
  if (count > 1) text += fmt::format(" and {} more", count - 1);
  return text;
}

}  // namespace heartbeat
