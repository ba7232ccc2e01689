#include <heartbeat/heartbeat.hpp>
#include <thread>

using namespace std::chrono_literals;
using heartbeat::critical, heartbeat::warning;

namespace {
void wait_for_tick() { std::this_thread::sleep_for(100ms); }  // your feed
bool query(const char*) { return true; }                      // your database
}  // namespace

int main() {
  const heartbeat::Schedule market_hours{"Mon-Fri 09:15-15:30 Asia/Kolkata", {"2026-01-26"}};

  heartbeat::Heartbeat beat{
      {.service = "ingestion"}};  // Redis from HEARTBEAT_REDIS_URL or REDIS_URL
  auto& websocket = beat.flag("websocket");
  auto& ticks = beat.activity("ticks");
  auto& forbidden = beat.errors("http_403");
  auto& attempts = beat.gauge("reconnect_attempts");

  beat.check("websocket_connected", critical, websocket.is_set());
  beat.check("ticks_received", critical, ticks.within(60s)).during(market_hours);
  beat.check("token_validity", critical, forbidden.count(5min) == 0);
  beat.check("reconnect_attempts", warning, attempts < 10);
  beat.check("database", critical, beat.succeeds([] { return query("SELECT 1"); }));
  beat.start();

  websocket.set(true);
  for (;;) {
    wait_for_tick();
    ticks.mark();  // lock-free, no allocation, from any thread
  }
}
