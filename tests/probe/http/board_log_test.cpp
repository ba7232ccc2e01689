#include "http/board_log.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

namespace board_log_test {
namespace {

using namespace std::chrono_literals;
using probe::Format;
using probe::Reason;
using probe::http::BoardLog;

constexpr heartbeat::WallTime noon{1'764'158'400s};

probe::ReadingChanges found(std::initializer_list<std::pair<const char*, Reason>> services) {
  probe::ReadingChanges changes;
  for (const auto& [service, reason] : services)
    changes.verdicts.push_back({.service = service, .at = noon, .to = reason, .text = "text"});
  return changes;
}

}  // namespace

TEST_CASE("the log says at the start where it listens and what it reads") {
  CHECK(probe::http::started_line("[::1]:8686", "health:* in database 0 at redis:6379", noon,
                                  Format::text) ==
        "2025-11-26T12:00:00.000Z healthboard listens on [::1]:8686, reads health:* in database 0 "
        "at redis:6379\n");
  const auto json =
      nlohmann::json::parse(probe::http::started_line("a:1", "health:*", noon, Format::json));
  CHECK(json["event"] == "started");
  CHECK(json["listen"] == "a:1");
  CHECK(json["reads"] == "health:*");
}

TEST_CASE("the healthy services of the first reading are only counted, later ones are named") {
  BoardLog log{Format::text};
  CHECK(log.lines({}).empty());
  CHECK(log.lines(found({{"c", Reason::stale}, {"a", Reason::healthy}, {"b", Reason::healthy}})) ==
        "2025-11-26T12:00:00.000Z found 1 unhealthy, 2 healthy\n"
        "2025-11-26T12:00:00.000Z c unhealthy [stale]: text\n");
  CHECK(log.lines(found({{"d", Reason::healthy}})) ==
        "2025-11-26T12:00:00.000Z d healthy [healthy]: text\n");
}

TEST_CASE("the log in JSON has an object on each line") {
  BoardLog log{Format::json};
  const auto lines = log.lines(found({{"c", Reason::stale}, {"a", Reason::healthy}}));
  const auto counts = nlohmann::json::parse(lines.substr(0, lines.find('\n')));
  CHECK(counts == nlohmann::json{{"time", "2025-11-26T12:00:00.000Z"},
                                 {"event", "services"},
                                 {"unhealthy", 1},
                                 {"healthy", 1}});
  CHECK(lines.find(R"("service":"c")") != std::string::npos);
  CHECK(lines.find(R"("service":"a")") == std::string::npos);
}

TEST_CASE("the log says why the history is only in memory, and when it is in Redis again") {
  const BoardLog log{Format::text};
  CHECK(log.history_line(probe::Problem{Reason::denied, "no XADD"}, noon) ==
        "2025-11-26T12:00:00.000Z history is kept in memory only [denied]: no XADD\n");
  CHECK(log.history_line({}, noon) ==
        "2025-11-26T12:00:00.000Z history is written to Redis again\n");
  const auto json = nlohmann::json::parse(BoardLog{Format::json}.history_line({}, noon));
  CHECK(json["event"] == "history-in-redis");
}

TEST_CASE("that Redis is lost comes before what is found") {
  BoardLog log{Format::text};
  auto changes = found({{"*", Reason::starting}});
  changes.redis = probe::RedisChange{noon, probe::Problem{Reason::dns, "no such host"}, {}};
  const auto lines = log.lines(changes);
  CHECK(lines.starts_with("2025-11-26T12:00:00.000Z Redis is lost [dns]: no such host\n"));
  CHECK(lines.find("found no service\n") != std::string::npos);
}

TEST_CASE("that the silences cannot be read is a line") {
  const probe::Problem denied{Reason::denied, "ZRANGE: no permission"};
  CHECK(BoardLog{Format::text}.silences_unknown(denied, noon) ==
        "2025-11-26T12:00:00.000Z silences cannot be read, and nothing is silenced [denied]: "
        "ZRANGE: no permission\n");
  CHECK(BoardLog{Format::json}
            .silences_unknown(denied, noon)
            .find(R"("event":"silences-unknown","reason":"denied")") != std::string::npos);
}

}  // namespace board_log_test
