#include "render/history.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

namespace history_test {
namespace {

using namespace std::chrono_literals;
using probe::Reason;

constexpr heartbeat::WallTime noon{1'764'158'400s};

/// Healthy for an hour, stale for its last six minutes, and watched until ten seconds before noon.
probe::History one_hour(const std::string& service = "ingestion") {
  return {{{.observer = "x", .service = service, .at = noon - 1h, .to = Reason::healthy},
           {.observer = "x",
            .service = service,
            .at = noon - 6min,
            .from = Reason::healthy,
            .since = noon - 1h,
            .to = Reason::stale,
            .text = "last beat 41s ago"}},
          {{"x", noon - 1h, noon - 10s}}};
}

}  // namespace

TEST_CASE("a span is a duration or a number of days") {
  CHECK(probe::parse_span("24h") == 24h);
  CHECK(probe::parse_span("7d") == 168h);
  CHECK(probe::parse_span("31d") == 744h);
  for (const auto* text : {"", "d", "0d", "-1d", "32d", "0", "1w", "99999999999d"})
    CHECK_FALSE(probe::parse_span(text));
}

TEST_CASE("the history in lines: the uptimes, then each period with its cause") {
  const auto reports = probe::history_reports(one_hour(), "ingestion", 2h, noon, {});
  REQUIRE(reports.size() == 1);
  CHECK(history_text(reports[0]) ==
        "ingestion: up 90.25% of 59m50s watched in 24h, up 90.25% of 59m50s watched in 7d, up "
        "90.25% of 59m50s watched in 30d\n"
        "2025-11-26T09:59:50.000Z  not watched              1h\n"
        "2025-11-26T11:00:00.000Z  healthy [healthy]        54m\n"
        "2025-11-26T11:54:00.000Z  unhealthy [stale]        5m50s    last beat 41s ago\n");
}

TEST_CASE("the time after the last watched moment is left out only if that was just before") {
  const auto later = probe::history_reports(one_hour(), "ingestion", 2h, noon + 1min, {});
  CHECK_FALSE(later.at(0).periods.back().reason);
  CHECK(later.at(0).periods.back().to == noon + 1min);
}

TEST_CASE("the history in JSON") {
  const auto report = probe::history_reports(one_hour(), "ingestion", 2h, noon, {}).at(0);
  const auto json = nlohmann::json::parse(history_json(report));
  CHECK(json["service"] == "ingestion");
  CHECK(json["uptime"]["24h"]["watched_ms"] == 3'590'000);
  CHECK(json["uptime"]["30d"]["up_ms"] == 3'240'000);
  CHECK(json["periods"].size() == 3);
  CHECK(json["periods"][0]["verdict"].is_null());
  CHECK(json["periods"][2] == nlohmann::json{{"from", "2025-11-26T11:54:00.000Z"},
                                             {"to", "2025-11-26T11:59:50.000Z"},
                                             {"verdict", "unhealthy"},
                                             {"reason", "stale"},
                                             {"text", "last beat 41s ago"}});
}

TEST_CASE("a report on each replica, on the one that is named, and none where nothing is known") {
  auto history = one_hour("worker:1");
  for (const auto& entry : one_hour("worker:2").entries) history.entries.push_back(entry);
  CHECK(probe::history_reports(history, "worker", 2h, noon, {}).size() == 2);
  const auto one = probe::history_reports(history, "worker:2", 2h, noon, {});
  REQUIRE(one.size() == 1);
  CHECK(one[0].service == "worker:2");
  CHECK(probe::history_reports(history, "worker:3", 2h, noon, {}).empty());
  CHECK(probe::history_reports(history, "worker", 30min, noon + 5h, {}).empty());
}

TEST_CASE("a percentage is rounded down, and unknown if nobody watched") {
  CHECK(probe::percentage({100'000s, 99'999s}) == "99.99%");
  CHECK(probe::percentage({10s, 10s}) == "100.00%");
  CHECK(probe::percentage({}) == "unknown");
}

}  // namespace history_test
