#include <chrono>

#include "heartbeat/heartbeat.hpp"
#include "stand_in/every.hpp"
#include "stand_in/market_hours.hpp"
#include "stand_in/run.hpp"

using namespace std::chrono_literals;
using heartbeat::critical;
using heartbeat::warning;

namespace {

/// Ticks from a broker's WebSocket, published to RabbitMQ.
void ingestion(stand_in::Service& service) {
  auto& beat = service.beat;
  const auto market_hours = stand_in::market_hours();

  auto& websocket = beat.flag("websocket");
  auto& ticks = beat.activity("ticks");
  auto& forbidden = beat.errors("http_403");
  auto& attempts = beat.gauge("reconnect_attempts");
  auto& publisher = beat.flag("publisher");

  beat.check("websocket_connected", critical, websocket.is_set());
  beat.check("ticks_received", critical, ticks.within(60s));
  beat.check("token_validity", critical, forbidden.count(5min) == 0);
  beat.check("reconnect_attempts", warning, attempts < 10);
  beat.check("publisher_connected", critical, publisher.is_set());
  // Over 10 s, so that it warns well before ticks_received fails at 60 s.
  beat.check("tick_rate", warning, ticks.rate(10s) > 0).during(market_hours);

  const auto disconnected = service.breakable("websocket_connected");
  const auto feed_silent = service.breakable("ticks_received");
  const auto token_expired = service.breakable("token_validity");
  const auto reconnecting = service.breakable("reconnect_attempts");
  const auto rabbitmq_gone = service.breakable("publisher_connected");
  const auto feed_idle = service.breakable("tick_rate");

  stand_in::Every requests{500ms};
  beat.start();
  do {
    websocket.set(!disconnected);
    publisher.set(!rabbitmq_gone);
    if (!feed_silent && !feed_idle) ticks.mark();
    if (requests.due() && token_expired) forbidden.mark();
    attempts.set(reconnecting ? attempts.value() + 1 : 0);
  } while (service.next(50ms));
  beat.stop();
}

}  // namespace

int main(int argc, char** argv) { return stand_in::run(argc, argv, "ingestion", ingestion); }
