#include <fmt/format.h>

#include <chrono>
#include <cstdint>

#include "heartbeat/heartbeat.hpp"
#include "stand_in/every.hpp"
#include "stand_in/publisher.hpp"
#include "stand_in/run.hpp"

using namespace std::chrono_literals;
using heartbeat::critical;
using heartbeat::warning;

namespace {

/// Order book snapshots from a broker's WebSocket, written to the database and
/// published for the signal generator.
void depth_collector(stand_in::Service& service) {
  auto& beat = service.beat;

  auto& websocket = beat.flag("websocket");
  auto& snapshots = beat.activity("snapshots");
  auto& refused = beat.errors("dhan_auth");
  auto& writes = beat.activity("database_writes");
  auto& orphaned = beat.gauge("orphaned_depth_entries");

  beat.check("websocket_connected", critical, websocket.is_set());
  beat.check("snapshots_received", critical, snapshots.within(10s));
  beat.check("dhan_token", critical, refused.count(5min) == 0);
  beat.check("database_writes", warning, writes.within(60s));
  beat.check("bid_ask_balance", warning, orphaned < 100);

  const auto disconnected = service.breakable("websocket_connected");
  const auto feed_silent = service.breakable("snapshots_received");
  const auto token_expired = service.breakable("dhan_token");
  const auto writes_fail = service.breakable("database_writes");
  const auto bids_missing = service.breakable("bid_ask_balance");

  stand_in::Publisher bus{"market:snapshots", service.log};
  stand_in::Every feed{100ms};
  stand_in::Every requests{500ms};
  stand_in::Every database{200ms};
  std::uint64_t number = 0;
  beat.start();
  do {
    websocket.set(!disconnected);
    if (feed.due() && !feed_silent) {
      snapshots.mark();
      bus.publish(fmt::format(R"({{"snapshot": {}}})", ++number));
    }
    if (requests.due() && token_expired) refused.mark();
    if (database.due() && !writes_fail) writes.mark();
    orphaned.set(bids_missing ? orphaned.value() + 10 : 0);
  } while (service.next(50ms));
  beat.stop();
}

}  // namespace

int main(int argc, char** argv) {
  return stand_in::run(argc, argv, "depth-collector", depth_collector);
}
