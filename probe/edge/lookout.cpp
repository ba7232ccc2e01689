#include "edge/lookout.hpp"

#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "core/quorum.hpp"
#include "edge/survey.hpp"
#include "redis/deadline.hpp"

namespace probe {
namespace {

namespace redis = heartbeat::redis;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds interval{1000};
// After a look that took longer than that: Redis has others to serve.
constexpr milliseconds least_pause{200};

std::vector<Verdict> of_everybody(Reason reason, std::string text) {
  std::vector<Verdict> verdicts(1);
  verdicts[0].service = everybody;
  verdicts[0].reason = reason;
  verdicts[0].text = std::move(text);
  return verdicts;
}

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
  if (!client_) {
    auto endpoint = redis::endpoint_from(environment_, options_.redis_url);
    if (!endpoint) {
      found.verdicts = of_everybody(
          Reason::usage, (options_.redis_url.empty() ? "" : "--redis: ") + endpoint.error());
      return;
    }
    place_ = options_.acceptance.prefix + "* at " + to_string(*endpoint);
    client_.emplace(std::move(*endpoint));
  }
  const auto deadline = redis::Deadline::after(options_.timeout);
  auto findings = survey(*client_, options_, options_.acceptance, deadline);
  found.verdicts = std::move(findings.verdicts);
  found.more_healthy = findings.more_healthy;
  if (options_.selection.min_healthy > 0 && is_answered(found))
    found.verdicts =
        with_quorum(found.verdicts, options_.selection.min_healthy, options_.exit_policy);
}

}  // namespace probe
