#include "http/read_coalescer.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace probe::http {

void OnDemandServices::add(std::string_view name, TimePoint now) {
  entries_.remove_if([&](const Entry& entry) { return entry.name == name; });
  entries_.push_front({std::string{name}, now});
  if (entries_.size() > max_services) entries_.pop_back();
}

std::vector<std::string> OnDemandServices::names(TimePoint now) {
  entries_.remove_if([&](const Entry& entry) { return now - entry.requested > lifetime; });
  std::vector<std::string> names;
  for (const auto& entry : entries_) names.push_back(entry.name);
  return names;
}

ReadCoalescer::ReadCoalescer(FleetQuery query, std::chrono::milliseconds patience)
    : query_{std::move(query)}, patience_{patience} {}

void ReadCoalescer::request(std::string_view service, Deliver deliver, TimePoint now) {
  if (!service.empty()) on_demand_.add(service, now);
  if (latest_ && now - latest_began_ < max_age && covers(service)) return deliver(latest_);
  waiters_.push_back({now + patience_, std::string{service}, std::move(deliver)});
}

std::optional<ReadCoalescer::TimePoint> ReadCoalescer::next_poll() const {
  if (running_since_) return std::nullopt;
  if (!latest_) return TimePoint{};
  if (!waiters_.empty()) return latest_began_ + max_age;
  return latest_began_ + std::max<TimePoint::duration>(max_age, 2 * latest_->took);
}

std::vector<std::string> ReadCoalescer::begin(TimePoint now) {
  running_since_ = now;
  auto names = names_of_waiters();
  std::ranges::move(on_demand_.names(now), std::back_inserter(names));
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  return names;
}

void ReadCoalescer::complete(FleetSnapshot snapshot) {
  name_known_services(snapshot, known_);
  if (!snapshot.report.problem) {
    known_.clear();
    const auto& report = snapshot.report;
    for (const auto& verdict : report.members.empty() ? report.verdicts : report.members)
      if (verdict.service != all_services) known_.push_back(verdict.service);
  }
  if (snapshot.report.problem) snapshot.last_known = last_known_;
  latest_ = std::make_shared<const FleetSnapshot>(std::move(snapshot));
  if (!latest_->report.problem) last_known_ = latest_;
  latest_began_ = std::exchange(running_since_, std::nullopt).value_or(TimePoint{});
  std::list<Waiter> served;
  for (auto next = waiters_.begin(); next != waiters_.end();) {
    const auto waiter = next++;
    if (covers(waiter->service)) served.splice(served.end(), waiters_, waiter);
  }
  for (auto& waiter : served) waiter.deliver(latest_);
}

std::optional<ReadCoalescer::TimePoint> ReadCoalescer::next_expiry() const {
  return waiters_.empty() ? std::nullopt : std::optional{waiters_.front().until};
}

void ReadCoalescer::expire(TimePoint now, WallTime wall) {
  std::shared_ptr<const FleetSnapshot> expired;
  while (!waiters_.empty() && waiters_.front().until <= now) {
    if (!expired) {
      FleetSnapshot snapshot{.query = query_};
      snapshot.query.now = wall;
      snapshot.query.on_demand = names_of_waiters();
      snapshot.report =
          report_without_redis(snapshot.query, {Reason::timeout, "Redis did not answer in time"});
      name_known_services(snapshot, known_);
      snapshot.last_known = last_known_;
      expired = std::make_shared<const FleetSnapshot>(std::move(snapshot));
    }
    const auto waiter = std::move(waiters_.front());
    waiters_.pop_front();
    waiter.deliver(expired);
  }
}

bool ReadCoalescer::covers(std::string_view service) const {
  return service.empty() || !verdicts_on(service, *latest_).empty();
}

std::vector<std::string> ReadCoalescer::names_of_waiters() const {
  std::vector<std::string> names;
  for (const auto& waiter : waiters_)
    if (!waiter.service.empty()) names.push_back(waiter.service);
  return names;
}

}  // namespace probe::http
