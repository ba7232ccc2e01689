#pragma once

#include <chrono>
#include <string>

#include "document/document.hpp"
#include "writer/duplicate_writer.hpp"
#include "writer/service_state.hpp"

/// A service whose beats are measured: checks of all kinds, one of ten fails, one is within trading
/// hours.
class Checks {
 public:
  Checks(int count, heartbeat::Clock& clock) : service{config_, clock, waker_} {
    using namespace heartbeat;
    using namespace std::chrono_literals;
    const Schedule hours{"Mon-Fri 09:15-15:30 Asia/Kolkata", {"2026-01-26", "2026-08-15"}};
    for (int ten = 0; ten < count / 10; ++ten) {
      const auto name = [&](const char* kind) {
        return "check_of_" + (kind + std::to_string(ten));
      };
      Flag& flag = service.add_flag();
      Gauge& gauge = service.add_gauge();
      Events& activity = service.add_activity();
      Events& errors = service.add_errors();
      Callback& callback = service.add_callback([] { return true; }, {}, [] { return true; });
      flag.set(true);
      activity.mark(500);
      errors.mark(5);
      callback.end({.success = true});
      service.add_check(name("flag"), critical, flag.is_set());
      service.add_check(name("flag_again"), warning, flag.is_set());
      service.add_check(name("age"), critical, activity.within(60s));
      service.add_check(name("rate"), warning, activity.rate(60s) > 0);
      service.add_check(name("count"), warning, errors.count(1h) < 5);
      service.add_check(name("few"), critical, errors.count(5min) <= 10);
      service.add_check(name("gauge"), warning, gauge < 10);
      service.add_check(name("level"), warning, gauge >= 0);
      service.add_check(name("callback"), critical, {.source = &callback, .kind = Kind::callback});
      const auto gated = service.add_check(name("gated"), warning, activity.rate(10s) > 0);
      service.set_schedule(gated, hours);
    }
    service.start();
  }

  /// A beat up to the sink, as the beat thread makes it: a snapshot, its document, and the look at
  /// the document before it.
  const std::string& beat() {
    look();
    document_.writer.emplace();
    document_.sequence = ++sequence_;
    encode(document_, text_);
    detector_.observe({.found = replaced_, .unbroken = true, .began = {}, .ended = {}});
    detector_.wrote(text_);
    replaced_.assign(text_, 0, heartbeat::identity_bytes);
    return text_;
  }

  void look() { document_ = service.snapshot(std::move(document_)).document; }

 private:
  heartbeat::detail::Waker waker_;
  const heartbeat::ResolvedConfig config_{.service = "bench",
                                          .key = "health:bench",
                                          .find_redis = {},
                                          .interval = std::chrono::seconds{10},
                                          .ttl = std::chrono::seconds{60},
                                          .start_grace = std::chrono::seconds{60},
                                          .stop_timeout = std::chrono::seconds{1}};

 public:
  heartbeat::ServiceState service;

 private:
  heartbeat::DuplicateWriterDetector detector_{service.instance().id, config_.interval,
                                               config_.ttl};
  heartbeat::Document document_;
  std::string text_;
  std::string replaced_;
  std::uint64_t sequence_ = 0;
};
