#include "render/render.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

using probe::Format;
using probe::Reason;
using probe::text_line;
using probe::Verdict;

namespace {

std::vector<Verdict> many(std::size_t count, Reason reason, std::size_t text = 10) {
  return {count, Verdict{.service = "svc", .reason = reason, .text = std::string(text, 'x')}};
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> result;
  std::istringstream stream{text};
  for (std::string line; std::getline(stream, line);) result.push_back(line);
  return result;
}

std::string judged(const char* document, std::int64_t pttl) {
  return text_line(probe::judge("ingestion", {.value = document, .pttl = pttl}, {}),
                   probe::max_output);
}

}  // namespace

TEST_CASE("each verdict has a line, in their order, and whole if there is room") {
  std::vector<Verdict> verdicts{
      {.service = "a", .reason = Reason::healthy, .text = "fine"},
      {.service = "b", .reason = Reason::stale, .text = std::string(3000, 'x')},
      {.service = "c", .reason = Reason::healthy, .text = "fine"},
  };
  const auto text = lines(render(verdicts, Format::text, {}));
  REQUIRE(text.size() == 3);
  CHECK(text[0] == "a healthy [healthy]: fine");
  CHECK(text[1].ends_with("x"));
  CHECK(text[2] == "c healthy [healthy]: fine");
}

TEST_CASE("without room for whole lines, each line is cut to its share") {
  const auto text = render(many(4, Reason::stale, 5000), Format::text, {});
  CHECK(text.size() == probe::max_output);
  for (const auto& line : lines(text)) CHECK(line.size() == probe::max_output / 4 - 1);
}

TEST_CASE("a single line may fill the output, and no byte more") {
  CHECK(render(many(1, Reason::stale, 5000), Format::text, {}).size() == probe::max_output);
}

TEST_CASE("healthy verdicts are counted, and the others keep their texts") {
  auto verdicts = many(200, Reason::healthy, 100);
  verdicts.push_back({.service = "sick", .reason = Reason::stale, .text = std::string(500, 'y')});
  const auto text = lines(render(verdicts, Format::text, {}));
  REQUIRE(text.size() == 2);
  CHECK(text[0] == "sick unhealthy [stale]: " + std::string(500, 'y'));
  CHECK(text[1] == "... and 200 more healthy");
}

TEST_CASE("with more than max_listed services, the healthy ones are only counted") {
  for (const auto format : {Format::text, Format::json}) {
    const std::vector<Verdict> shortest{probe::max_listed + 1,
                                        Verdict{.service = "a", .reason = Reason::healthy}};
    CHECK(render(shortest, format, {}).size() < 60);
    CHECK(render(shortest, format, {}).find("257") != std::string::npos);
  }
}

TEST_CASE("no verdict at all does not pass") {
  CHECK(exit_status_for(Format::json, {}, {}) == 1);
  CHECK(exit_status_for(Format::nagios, {}, {}) == 3);
}

TEST_CASE("the rest is counted, the worst are shown") {
  auto verdicts = many(300, Reason::degraded, 200);
  verdicts.push_back({.service = "sick", .reason = Reason::stale, .text = "y"});
  const auto text = render(verdicts, Format::text, {});
  CHECK(text.size() <= probe::max_output);
  CHECK(text.starts_with("sick unhealthy [stale]: y\n"));
  const auto shown = lines(text).size() - 2;
  CHECK(text.ends_with("\n... and " + std::to_string(300 - shown) + " more degraded\n"));
}

TEST_CASE("JSON stays JSON and within the output, however many there are") {
  for (const std::size_t count : {1U, 5U, 30U, 1000U}) {
    auto verdicts = many(count, Reason::unhealthy, 5000);
    for (auto& verdict : verdicts) verdict.service = std::string(128, 'n');
    const auto text = render(verdicts, Format::json, {});
    CHECK(text.size() <= probe::max_output);
    for (const auto& line : lines(text)) CHECK(nlohmann::json::accept(line));
  }
}

TEST_CASE("JSON contains the exit status that each service would have alone") {
  const auto text = render(many(1, Reason::degraded), Format::json, {.degraded = true});
  CHECK(nlohmann::json::parse(text)["exit"] == 0);
}

TEST_CASE("the verdict stands within the first 200 bytes of every line") {
  for (auto i = 0; i <= static_cast<int>(Reason::healthy); ++i) {
    const auto reason = static_cast<Reason>(i);
    const Verdict verdict{.service = std::string(128, 'n'), .reason = reason};
    const auto text = render(std::span{&verdict, 1}, Format::text, {});
    CHECK(text.find("[" + std::string{to_string(reason)} + "]") < 180);
  }
}

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
