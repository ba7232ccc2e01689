#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "render/render.hpp"

namespace change_line_test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using probe::change_line;
using probe::Format;
using probe::Reason;

constexpr heartbeat::WallTime noon{1'764'158'400s};

probe::VerdictChange stale() {
  return {.service = "ingestion",
          .at = noon,
          .from = Reason::healthy,
          .was = probe::FoundSince{noon - 252s, true},
          .to = Reason::stale,
          .text = "last beat 41s ago,\nlimit 30s"};
}

}  // namespace

TEST_CASE("a line of text for each change, with what was before") {
  auto change = stale();
  CHECK(change_line(change, Format::text) ==
        "2025-11-26T12:00:00.000Z ingestion unhealthy [stale]: last beat 41s ago,\\nlimit 30s "
        "(was healthy for 4m12s)\n");
  change.was->is_exact = false;
  CHECK(change_line(change, Format::text).ends_with("(was healthy for >4m12s)\n"));
  change.to.reset();
  CHECK(change_line(change, Format::text) ==
        "2025-11-26T12:00:00.000Z ingestion is gone (was healthy for >4m12s)\n");
  change.to = Reason::healthy;
  change.from.reset();
  change.was.reset();
  CHECK(change_line(change, Format::text) ==
        "2025-11-26T12:00:00.000Z ingestion healthy [healthy]: last beat 41s ago,\\nlimit 30s\n");
}

TEST_CASE("a line of JSON for each change") {
  auto change = stale();
  const auto line = change_line(change, Format::json);
  CHECK(line.ends_with("}\n"));
  CHECK(json::parse(line) == json{{"time", "2025-11-26T12:00:00.000Z"},
                                  {"event", "verdict"},
                                  {"service", "ingestion"},
                                  {"verdict", "unhealthy"},
                                  {"from", "healthy"},
                                  {"to", "stale"},
                                  {"from_since", "2025-11-26T11:55:48.000Z"},
                                  {"from_since_exact", true},
                                  {"text", "last beat 41s ago,\\nlimit 30s"}});
  change.to.reset();
  const auto gone = json::parse(change_line(change, Format::json));
  CHECK(gone["event"] == "gone");
  CHECK(gone["to"].is_null());
}

TEST_CASE("a line for the loss of Redis, and one for its return") {
  probe::RedisChange change{noon, probe::Problem{Reason::unreachable, "redis:6379: refused"}, {}};
  CHECK(change_line(change, Format::text) ==
        "2025-11-26T12:00:00.000Z Redis is lost [unreachable]: redis:6379: refused\n");
  CHECK(json::parse(change_line(change, Format::json))["event"] == "redis-lost");
  change = {noon + 12s, std::nullopt, probe::FoundSince{noon, true}};
  CHECK(change_line(change, Format::text) ==
        "2025-11-26T12:00:12.000Z Redis answers again after 12s\n");
  CHECK(json::parse(change_line(change, Format::json))["lost_since"] == "2025-11-26T12:00:00.000Z");
  change = {noon, probe::Problem{Reason::usage, "no such file"}, {}};
  CHECK(change_line(change, Format::text).find("services are unknown [usage]: no such file") !=
        std::string::npos);
}

}  // namespace change_line_test
