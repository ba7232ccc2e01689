#include <doctest/doctest.h>

#include "render/lines.hpp"
#include "render/render.hpp"

using namespace std::chrono_literals;
using probe::Reason;
using probe::text_line;

namespace {

std::string judged(const char* document, std::int64_t pttl) {
  return text_line(probe::judge("ingestion", {.value = document, .pttl = pttl}, {}),
                   probe::max_output);
}

}  // namespace

TEST_CASE("the lines of the manual") {
  CHECK(judged(R"({"status":"healthy","interval_ms":10000,"ttl_ms":60000})", 19'000) ==
        "ingestion unhealthy [stale]: last beat 41s ago, limit 30s\n");
  CHECK(judged(R"({"status":"healthy","interval_ms":10000,"ttl_ms":60000,"checks":{)"
               R"("a":{"severity":"critical","state":"pass","kind":"flag","value":true,)"
               R"("comparison":"==","limit":true}}})",
               57'000) == "ingestion healthy [healthy]: 1 check passes, last beat 3s ago\n");
  CHECK(judged(R"({"status":"unhealthy","ttl_ms":60000,"written_at":"2026-11-23T09:00:42.000Z",)"
               R"("checks":{"websocket_connected":{"severity":"critical","state":"fail",)"
               R"("since":"2026-11-23T09:00:00.000Z","kind":"flag","value":false,)"
               R"("comparison":"==","limit":true},"ticks_received":{"severity":"critical",)"
               R"("state":"fail","kind":"age","value":75,"comparison":"<","limit":60}}})",
               60'000) ==
        "ingestion unhealthy [unhealthy]: websocket_connected is false (critical, 42s); "
        "ticks_received 75s ago, limit 60s (critical)\n");
}

TEST_CASE("text from Redis is escaped") {
  CHECK(text_line({.service = "a", .reason = Reason::unhealthy, .text = "x\n\x1b[2J\x80y"}, 4096) ==
        "a unhealthy [unhealthy]: x\\n\\x1b[2J\\x80y\n");
}

TEST_CASE("a line is cut to its bytes, but never within its verdict") {
  const probe::Verdict verdict{
      .service = "a", .reason = Reason::unhealthy, .text = std::string(5000, 'x')};
  CHECK(text_line(verdict, 4096).size() == 4096);
  CHECK(text_line(verdict, 40) == "a unhealthy [unhealthy]: xxxxxxxxxxx...\n");
  CHECK(text_line(verdict, 10) == "a unhealthy [unhealthy]: \n");
}

TEST_CASE("services that are left out are counted, the worst first") {
  CHECK(probe::text_count({37, 0, 1, 0, 2}) ==
        "... and 2 more unhealthy, 1 more degraded, 37 more healthy\n");
}
