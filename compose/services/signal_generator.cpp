#include <chrono>
#include <deque>

#include "heartbeat/heartbeat.hpp"
#include "stand_in/every.hpp"
#include "stand_in/market_hours.hpp"
#include "stand_in/run.hpp"
#include "stand_in/subscriber.hpp"

using namespace std::chrono_literals;
using heartbeat::critical;
using heartbeat::warning;
using std::chrono::steady_clock;

namespace {

/// Signals calculated from the last minute of snapshots, sent to Slack.
void signal_generator(stand_in::Service& service) {
  auto& beat = service.beat;
  const auto market_hours = stand_in::market_hours();

  auto& subscription = beat.flag("redis_subscription");
  auto& buffer = beat.gauge("buffered_snapshots");
  auto& calculations = beat.activity("calculations");
  auto& database = beat.flag("database");
  auto& alerts = beat.flag("last_alert_delivered");

  beat.check("redis_subscribed", critical, subscription.is_set());
  beat.check("snapshots_buffered", warning, buffer > 0).during(market_hours);
  beat.check("calculations", warning, calculations.within(60s));
  beat.check("database_connection", critical, database.is_set());
  beat.check("slack_alerts", warning, alerts.is_set());

  const auto unsubscribed = service.breakable("redis_subscribed");
  const auto buffer_stays_empty = service.breakable("snapshots_buffered");
  const auto calculation_stuck = service.breakable("calculations");
  const auto database_gone = service.breakable("database_connection");
  const auto slack_fails = service.breakable("slack_alerts");

  stand_in::Subscriber bus{"market:snapshots", service.log};
  std::deque<steady_clock::time_point> snapshots;
  stand_in::Every calculation{200ms};
  stand_in::Every alert{500ms};
  beat.start();
  do {
    bus.want(!unsubscribed);
    // The check waits until the first subscription, which takes a moment.
    if (bus.active() || subscription.value()) subscription.set(bus.active());

    snapshots.insert(snapshots.end(), bus.take(), steady_clock::now());
    while (!snapshots.empty() && snapshots.front() < steady_clock::now() - 1min)
      snapshots.pop_front();
    if (buffer_stays_empty) snapshots.clear();
    if (!snapshots.empty() || buffer.touched()) buffer.set(static_cast<double>(snapshots.size()));

    if (calculation.due() && !calculation_stuck) calculations.mark();  // even without snapshots
    database.set(!database_gone);
    if (alert.due()) alerts.set(!slack_fails);
  } while (service.next(50ms));
  beat.stop();
}

}  // namespace

int main(int argc, char** argv) {
  return stand_in::run(argc, argv, "signal-generator", signal_generator);
}
