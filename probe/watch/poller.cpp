#include "watch/poller.hpp"

#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "core/fleet_report.hpp"
#include "fetch/expected.hpp"
#include "fetch/fleet.hpp"
#include "fetch/redis_source.hpp"
#include "host/host.hpp"
#include "redis/deadline.hpp"

namespace probe {
namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

constexpr milliseconds interval{1000};
// Applies after a poll that took longer than the interval: Redis has other clients, too.
constexpr milliseconds min_pause{200};

}  // namespace

FleetPoller::FleetPoller(const Options& options, const redis::Environment& environment)
    : options_{options},
      environment_{environment},
      ready_{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {}

FleetPoller& FleetPoller::start(const Options& options, const redis::Environment& environment) {
  auto* poller = new FleetPoller{options, environment};
  std::thread{[poller] { poller->work(); }}.detach();
  return *poller;
}

std::unique_ptr<WatchReading> FleetPoller::take() noexcept {
  eventfd_t count = 0;
  eventfd_read(ready_, &count);
  return std::unique_ptr<WatchReading>{newest_.exchange(nullptr)};
}

void FleetPoller::want_document(const std::string& service) noexcept {
  const std::lock_guard lock{mutex_};
  wanted_ = service;
}

void FleetPoller::work() noexcept {
  while (true) {
    const auto began = Steady::now();
    auto result = std::make_unique<WatchReading>(poll_once());
    delete newest_.exchange(result.release());
    eventfd_write(ready_, 1);
    const auto left = std::chrono::ceil<milliseconds>(began + interval - Steady::now());
    poll(nullptr, 0, static_cast<int>(std::max(left, min_pause).count()));
  }
}

WatchReading FleetPoller::poll_once() noexcept {
  auto query = options_.query();
  query.now = heartbeat::wall_now();
  query.max_with_documents = max_listed;
  query.with_silences = true;
  {
    const std::lock_guard lock{mutex_};
    query.with_document = wanted_;
  }
  FleetReport report;
  if (!client_) {
    auto endpoint = configured_endpoint(environment_, options_.redis_url);
    if (endpoint) {
      place_ = options_.acceptance.prefix + "* at " + to_string(*endpoint);
      client_.emplace(std::move(*endpoint));
    } else {
      report = report_without_redis(query, endpoint.error());
    }
  }
  const auto expected = read_expected(query.selection, environment_);
  if (!expected) report = report_without_redis(query, expected.error());
  if (client_ && expected) {
    RedisSource source{*client_, options_.acceptance.prefix,
                       redis::Deadline::after(options_.timeout)};
    report = read_fleet(source, query, memory_);
  }
  // The next poll reads the settings again: a file with a password may have changed.
  if (report.problem) client_.reset();
  return {.verdicts = std::move(report.verdicts), .place = place_, .at = Steady::now()};
}

}  // namespace probe
