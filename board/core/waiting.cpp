#include "board/core/waiting.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "board/core/bodies.hpp"

namespace board {
namespace {

std::vector<std::string> names_of(std::span<const probe::Verdict> verdicts) {
  std::vector<std::string> names;
  for (const auto& verdict : verdicts) names.push_back(verdict.service);
  return names;
}

}  // namespace

Waiting::Waiting(std::vector<std::string> services, probe::AcceptancePolicy acceptance,
                 std::chrono::milliseconds patience)
    : services_{std::move(services)}, acceptance_{std::move(acceptance)}, patience_{patience} {}

void Waiting::want(const Wish& wish, Use use, Time now) {
  if (!wish.reading) return use(nullptr);
  if (!wish.service.empty() && std::ranges::find(services_, wish.service) == services_.end())
    guests_.ask(wish.service, now);
  if (latest_ && begun_ && now - *begun_ < fresh && covers(wish.service)) return use(latest_);
  waiters_.push_back({now + patience_, wish.service, std::move(use)});
}

std::optional<Waiting::Time> Waiting::due() const {
  if (reading_ || waiters_.empty()) return std::nullopt;
  return latest_ && begun_ ? *begun_ + fresh : Time{};
}

std::vector<std::string> Waiting::begin(Time now) {
  reading_ = true;
  begun_ = now;
  return asked_guests_ = guests_.names(now);
}

void Waiting::take(Reading reading) {
  reading_ = false;
  latest_ = std::make_shared<const Reading>(std::move(reading));
  latest_guests_ = std::move(asked_guests_);
  std::list<Waiter> served;
  for (auto i = waiters_.begin(); i != waiters_.end();) {
    const auto next = std::next(i);
    if (covers(i->service)) served.splice(served.end(), waiters_, i);
    i = next;
  }
  for (auto& waiter : served) waiter.use(latest_);
}

std::optional<Waiting::Time> Waiting::end_of_patience() const {
  return waiters_.empty() ? std::nullopt : std::optional{waiters_.front().until};
}

void Waiting::give_up(Time now, WallTime wall) {
  std::shared_ptr<const Reading> nothing;
  while (!waiters_.empty() && waiters_.front().until <= now) {
    if (!nothing)
      nothing = std::make_shared<const Reading>(without_answer(
          latest_ ? names_of(listed(*latest_)) : services_, guests_.names(now), acceptance_,
          {probe::Reason::timeout, "Redis has not answered in time"}, wall));
    const auto waiter = std::move(waiters_.front());
    waiters_.pop_front();
    waiter.use(nothing);
  }
}

/// Whether the latest reading tells of it, or of its replicas.
bool Waiting::covers(const std::string& service) const {
  return service.empty() || std::ranges::find(latest_guests_, service) != latest_guests_.end() ||
         std::ranges::any_of(listed(*latest_), [&](const probe::Verdict& verdict) {
           return verdict.service == service || verdict.service.starts_with(service + ":");
         });
}

}  // namespace board
