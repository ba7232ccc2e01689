#include <chrono>
#include <stdexcept>

#include "heartbeat/heartbeat.hpp"
#include "stand_in/every.hpp"
#include "stand_in/run.hpp"

using namespace std::chrono_literals;
using heartbeat::critical;
using heartbeat::warning;

namespace {

/// Messages from RabbitMQ, written to the database in batches. Several workers run:
/// HEARTBEAT_SERVICE distinguishes worker-1 from worker-2.
void worker(stand_in::Service& service) {
  auto& beat = service.beat;

  const auto disconnected = service.breakable("rabbitmq_connected");
  const auto queue_silent = service.breakable("messages_processed");
  const auto database_gone = service.breakable("database_connection");
  const auto flushes_fail = service.breakable("batch_flush");
  const auto tag_gone = service.breakable("consumer_active");

  const auto test_query = [database_gone] {
    if (database_gone) throw std::runtime_error{"connection refused"};
    return true;
  };

  auto& rabbitmq = beat.flag("rabbitmq");
  auto& messages = beat.activity("messages");
  auto& failed_flushes = beat.errors("failed_flushes");
  auto& consumer = beat.flag("consumer");

  beat.check("rabbitmq_connected", critical, rabbitmq.is_set());
  beat.check("messages_processed", warning, messages.within(120s));
  beat.check("database_connection", critical,
             beat.succeeds(test_query, {.every = 2s, .limit = 1s}));
  beat.check("batch_flush", warning, failed_flushes.count(1h) < 5);
  beat.check("consumer_active", critical, consumer.is_set());

  stand_in::Every flushes{100ms};
  beat.start();
  do {
    rabbitmq.set(!disconnected);
    consumer.set(!tag_gone);
    if (!queue_silent) messages.mark();
    if (flushes.due() && flushes_fail) failed_flushes.mark();
  } while (service.next(50ms));
  beat.stop();
}

}  // namespace

int main(int argc, char** argv) { return stand_in::run(argc, argv, "", worker); }
