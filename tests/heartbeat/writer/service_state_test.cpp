#include "writer/service_state.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace heartbeat;
using namespace std::chrono_literals;

TEST_CASE("a snapshot in the memory of an earlier one equals a new one") {
  const ResolvedConfig config{.service = "a-service-whose-name-is-not-short",
                              .key = "health:s",
                              .find_redis = {},
                              .interval = 10s,
                              .ttl = 60s,
                              .start_grace = 5s,
                              .stop_timeout = 1s};
  Clock clock{Clock::stopped};
  detail::Waker waker;
  ServiceState service{config, clock, waker};
  Flag& flag = service.add_flag();
  Gauge& gauge = service.add_gauge();
  Events& ticks = service.add_activity();
  Events& errors = service.add_errors();
  Callback& callback = service.add_callback([] { return true; }, {}, [] { return true; });
  service.add_check("flag", critical, flag.is_set());
  service.add_check("gauge", warning, gauge < 10);
  service.add_check("age", critical, ticks.within(10s));
  service.add_check("rate", warning, ticks.rate(20s) > 0);
  service.add_check("count", warning, errors.count(30s) < 3);
  service.add_check("callback", critical, {.source = &callback, .kind = Kind::callback});
  service.set_schedule(3, Schedule{"Mon-Sun 00:01-00:02 UTC"});
  service.start();

  std::minstd_rand random{3};
  Document reused;
  for (int i = 0; i < 3'000; ++i) {
    switch (random() % 8) {
      case 0:
        flag.set(random() % 2 == 0, "a reason that needs memory of its own");
        break;
      case 1:
        gauge.set(static_cast<double>(random() % 20));
        break;
      case 2:
        ticks.mark();
        break;
      case 3:
        errors.mark();
        break;
      case 4:
        callback.end({.success = random() % 2 == 0, .output = "a text that needs memory"});
        break;
      case 5:
        service.report(static_cast<Status>(random() % 4), "what the service says of itself");
        break;
      default:
        clock.advance(std::chrono::milliseconds{random() % 9'000});
    }
    reused.sequence = 7;
    reused.writer = Writer{.lapse = "a text of the last beat"};
    auto again = service.snapshot(std::move(reused));
    auto fresh = service.snapshot();
    fresh.document.boot = again.document.boot;  // by another clock
    CAPTURE(i);
    REQUIRE(again.document == fresh.document);
    REQUIRE(again.changes_at == fresh.changes_at);
    reused = std::move(again.document);
  }
}
