#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "core/silence.hpp"
#include "render/render.hpp"

using namespace std::chrono_literals;
using probe::json_line;
using probe::Reason;

TEST_CASE("the object of a stale beat") {
  const auto verdict = probe::judge(
      "a",
      {.value = R"({"status":"degraded","reason":"slow","instance":{"host":"a1","pid":7,"id":"x"},)"
                R"("sequence":5,"interval_ms":10000,"ttl_ms":60000,)"
                R"("written_at":"2026-11-23T09:16:20.118Z","checks":{"p":{"severity":"warning",)"
                R"("state":"pass","kind":"flag","comparison":"=="},"q":{"severity":"warning",)"
                R"("state":"fail","kind":"gauge","value":3,"comparison":"<","limit":2}}})",
       .pttl = 19'000},
      {});
  CHECK(json_line(verdict, 1, 4096) ==
        R"({"service":"a","verdict":"unhealthy","reason":"stale","exit":1,)"
        R"j("text":"last beat 41s ago, limit 30s; last status degraded: q 3, limit <2 (warning)",)j"
        R"("age_ms":41000,"max_age_ms":30000,"status":"degraded",)"
        R"("instance":{"host":"a1","pid":7,"id":"x"},"sequence":5,)"
        R"("written_at":"2026-11-23T09:16:20.118Z","checks":{)"
        R"("q":{"severity":"warning","state":"fail","kind":"gauge","value":3,"comparison":"<",)"
        R"j("limit":2,"text":"q 3, limit <2 (warning)"},)j"
        R"("p":{"severity":"warning","state":"pass","kind":"flag","value":null,"comparison":"==",)"
        R"j("limit":null,"text":"p never set (warning)"}}})j"
        "\n");
}

TEST_CASE("without room for all checks, the worst are kept and the others counted") {
  heartbeat::Document document{};
  for (int i = 0; i < 9; ++i)
    document.checks.push_back(
        {.name = "c" + std::to_string(i),
         .state = i == 5 ? heartbeat::CheckState::fail : heartbeat::CheckState::pass});
  const probe::Verdict verdict{.service = "a",
                               .reason = Reason::unhealthy,
                               .text = std::string(200, 'x'),
                               .document = std::make_shared<const heartbeat::Document>(document)};
  const auto whole = json_line(verdict, 1, probe::max_output);
  const auto parse = [](const std::string& line) { return nlohmann::ordered_json::parse(line); };
  CHECK(parse(whole)["checks"].size() == 9);
  CHECK(json_line(verdict, 1, whole.size()) == whole);
  std::size_t kept = 9;
  for (auto bytes = whole.size(); bytes-- > 450;) {
    CAPTURE(bytes);
    const auto line = json_line(verdict, 1, bytes);
    CHECK(line.size() <= bytes);
    const auto json = parse(line);
    CHECK(json["checks"].size() <= kept);
    kept = json["checks"].size();
    CHECK(json["omitted"]["checks"] == 9 - kept);
    CHECK(json["text"] == std::string(200, 'x'));
    if (kept > 0) CHECK(json["checks"].begin().key() == "c5");
  }
  CHECK(kept < 3);
  const auto counted = parse(json_line(verdict, 1, probe::max_output, probe::Passing::counted));
  CHECK(counted["checks"].size() == 1);
  CHECK(counted["omitted"]["checks"] == 8);
}

TEST_CASE("unknown values are null") {
  CHECK(json_line({.service = "a", .reason = Reason::dns, .text = "no"}, 1, 4096) ==
        R"({"service":"a","verdict":"unknown","reason":"dns","exit":1,"text":"no",)"
        R"("age_ms":null,"max_age_ms":null,"status":null,"instance":null,"sequence":null,)"
        R"("written_at":null,"checks":{}})"
        "\n");
}

TEST_CASE("a verdict by the file names the file and the problem with Redis") {
  const probe::Verdict alone{
      .service = "a", .reason = Reason::missing, .text = "no file /f", .file = "/f"};
  CHECK(json_line(alone, 1, 4096).find(R"("checks":{},"source":"file"})") != std::string::npos);
  auto instead = alone;
  instead.redis_problem = probe::Problem{Reason::dns, "no\n"};
  CHECK(json_line(instead, 1, 4096)
            .find(R"("source":"file","redis":{"reason":"dns","text":"no\\n"}})") !=
        std::string::npos);
}

TEST_CASE("hostile text gives valid JSON within its bytes") {
  heartbeat::Document document{};
  document.reason = "x";
  document.instance = heartbeat::Instance{std::string(70'000, '"'), 7, "\xff\xfe\n"};
  for (int i = 0; i < 500; ++i) {
    heartbeat::CheckReport check{};
    check.name = "\x1b\"" + std::to_string(i);
    document.checks.push_back(check);
  }
  std::string text;
  for (int i = 0; i < 70'000; ++i) text += static_cast<char>(i % 256);
  const probe::Verdict verdict{.service = "a",
                               .reason = Reason::unhealthy,
                               .text = text,
                               .document = std::make_shared<const heartbeat::Document>(document),
                               .file = "/f",
                               .redis_problem = probe::Problem{Reason::dns, text}};
  for (const std::size_t bytes : {4096U, 1000U, 500U, 300U}) {
    CAPTURE(bytes);
    const auto line = json_line(verdict, 1, bytes);
    CHECK(line.size() <= bytes);
    const auto json = nlohmann::json::parse(line, nullptr, false);
    REQUIRE(json.is_object());
    CHECK(json["verdict"] == "unhealthy");
    CHECK(json["omitted"]["checks"].get<std::size_t>() + json["checks"].size() == 500);
    CHECK(json["omitted"].contains("fields") == json["instance"].is_null());
    CHECK(line.find('\n') == line.size() - 1);
  }
}

TEST_CASE("services that are left out are counted") {
  CHECK(probe::json_count({37, 0, 0, 0, 2}) == "{\"omitted\":{\"unhealthy\":2,\"healthy\":37}}\n");
}

TEST_CASE("a silence is a member of the object, and changes nothing else of it") {
  probe::Verdict verdict{.service = "a", .reason = Reason::stale};
  const auto loud = nlohmann::ordered_json::parse(json_line(verdict, 1, 4096));
  verdict.silence = std::make_shared<const probe::Silence>(
      probe::Silence{"a", heartbeat::WallTime{}, "anna@laptop", "restart"});
  auto quiet = nlohmann::ordered_json::parse(json_line(verdict, 1, 4096));
  CHECK(quiet["silenced"] == nlohmann::ordered_json{{"service", "a"},
                                                    {"until", "1970-01-01T00:00:00.000Z"},
                                                    {"by", "anna@laptop"},
                                                    {"reason", "restart"}});
  quiet.erase("silenced");
  CHECK(quiet == loud);
}
