#include "edge/lookout.hpp"

#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "core/fleet_report.hpp"
#include "fetch/fleet.hpp"
#include "fetch/redis_source.hpp"
#include "host/host.hpp"
#include "redis/deadline.hpp"

namespace probe {
namespace {

namespace redis = heartbeat::redis;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds interval{1000};
// After a look that took longer than that: Redis has others to serve.
constexpr milliseconds least_pause{200};

}  // namespace

Lookout::Lookout(const Options& options, const redis::Environment& environment)
    : options_{options},
      environment_{environment},
      ready_{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {}

Lookout& Lookout::start(const Options& options, const redis::Environment& environment) {
  auto* lookout = new Lookout{options, environment};
  std::thread{[lookout] { lookout->work(); }}.detach();
  return *lookout;
}

std::unique_ptr<Look> Lookout::take() noexcept {
  eventfd_t count = 0;
  eventfd_read(ready_, &count);
  return std::unique_ptr<Look>{newest_.exchange(nullptr)};
}

void Lookout::work() noexcept {
  while (true) {
    const auto began = Clock::now();
    auto found = std::make_unique<Look>(look());
    delete newest_.exchange(found.release());
    eventfd_write(ready_, 1);
    const auto left = std::chrono::ceil<milliseconds>(began + interval - Clock::now());
    poll(nullptr, 0, static_cast<int>(std::max(left, least_pause).count()));
  }
}

Look Lookout::look() noexcept {
  Look found;
  ask(found);
  // Anew for the next look: a password in a file may have been changed.
  if (!is_answered(found)) client_.reset();
  found.place = place_;
  found.at = Clock::now();
  return found;
}

void Lookout::ask(Look& found) noexcept {
  const FleetQuery query{.selection = options_.selection,
                         .acceptance = options_.acceptance,
                         .exit_policy = options_.exit_policy,
                         .now = heartbeat::wall_now(),
                         .max_with_documents = 0};
  if (!client_) {
    auto endpoint = configured_endpoint(environment_, options_.redis_url);
    if (!endpoint) {
      found.verdicts = report_without_redis(query, endpoint.error()).verdicts;
      return;
    }
    place_ = options_.acceptance.prefix + "* at " + to_string(*endpoint);
    client_.emplace(std::move(*endpoint));
  }
  RedisSource source{*client_, options_.acceptance.prefix,
                     redis::Deadline::after(options_.timeout)};
  found.verdicts = read_fleet(source, query).verdicts;
}

}  // namespace probe
