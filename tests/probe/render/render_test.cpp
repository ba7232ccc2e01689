#include "render/render.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

using probe::Format;
using probe::Reason;
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

}  // namespace

TEST_CASE("the formats by name") {
  CHECK(probe::format_from("text") == Format::text);
  CHECK(probe::format_from("json") == Format::json);
  CHECK_FALSE(probe::format_from("xml"));
}

TEST_CASE("a line each, in their order, whole where there is room") {
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

TEST_CASE("where there is no room, each line is cut to its share") {
  const auto text = render(many(4, Reason::stale, 5000), Format::text, {});
  CHECK(text.size() == probe::max_output);
  for (const auto& line : lines(text)) CHECK(line.size() == probe::max_output / 4 - 1);
}

TEST_CASE("a single line may fill the output, and no byte more") {
  CHECK(render(many(1, Reason::stale, 5000), Format::text, {}).size() == probe::max_output);
}

TEST_CASE("the healthy are folded, the sick keep their words") {
  auto verdicts = many(200, Reason::healthy, 100);
  verdicts.push_back({.service = "sick", .reason = Reason::stale, .text = std::string(500, 'y')});
  const auto text = lines(render(verdicts, Format::text, {}));
  REQUIRE(text.size() == 2);
  CHECK(text[0] == "sick unhealthy [stale]: " + std::string(500, 'y'));
  CHECK(text[1] == "... and 200 more healthy");
}

TEST_CASE("of more than max_listed services the healthy are only counted") {
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

TEST_CASE("JSON tells what each service alone would exit with") {
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
