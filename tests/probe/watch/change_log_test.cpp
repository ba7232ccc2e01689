#include "watch/change_log.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

namespace change_log_test {
namespace {

using namespace std::chrono_literals;
using probe::ChangeLog;
using probe::Format;
using probe::Reason;
using probe::Verdict;

constexpr heartbeat::WallTime noon{1'764'158'400s};
const std::string time = "2025-11-26T12:00:00.000Z ";

Verdict healthy(std::string name) {
  return {.service = std::move(name), .reason = Reason::healthy, .text = "2 checks pass"};
}

Verdict stale(std::string name) {
  return {.service = std::move(name), .reason = Reason::stale, .text = "last beat 41s\x1b ago"};
}

const std::vector<Verdict> refused{
    {.service = "*", .reason = Reason::unreachable, .text = "redis:6379: Connection refused"}};

struct Reader {
  ChangeLog log{Format::text};

  std::string read(std::vector<Verdict> verdicts, heartbeat::WallTime at = noon) {
    return log.lines({std::move(verdicts), "health:* at redis:6379", {}}, at);
  }
};

}  // namespace

TEST_CASE("a log first has a line for every service, then one for each change") {
  Reader reader;
  CHECK(reader.read({healthy("a"), stale("b")}) ==
        time + "1 unhealthy, 1 healthy; health:* at redis:6379\n" + time +
            "b unhealthy [stale]: last beat 41s\\x1b ago\n" + time +
            "a healthy [healthy]: 2 checks pass\n");
  CHECK(reader.read({healthy("a"), stale("b")}).empty());
  const auto text = reader.read({healthy("b"), healthy("c")});
  CHECK(text.starts_with(time + "b healthy [healthy]: 2 checks pass (was stale for >0s)\n" + time +
                         "c healthy [healthy]: 2 checks pass\n" + time + "a is gone"));
  CHECK(std::ranges::count(text, '\n') == 3);
}

TEST_CASE("the loss of Redis and its return have a line each, at the beginning and later") {
  Reader reader;
  CHECK(reader.read(refused) ==
        time + "Redis is lost [unreachable]: redis:6379: Connection refused\n");
  CHECK(reader.read(refused).empty());
  CHECK(reader.read({healthy("a")}) == time + "Redis answers again after >0s\n" + time +
                                           "1 healthy; health:* at redis:6379\n" + time +
                                           "a healthy [healthy]: 2 checks pass\n");
  CHECK(reader.read(refused).starts_with(time + "Redis is lost"));
  CHECK(reader.read({healthy("a")}) == time + "Redis answers again after 0s\n");
}

TEST_CASE("a log does not begin with a large fleet's healthy services") {
  for (const std::size_t more : {0U, 1U}) {
    Reader reader;
    std::vector<Verdict> verdicts;
    while (verdicts.size() < probe::max_listed - 1 + more)
      verdicts.push_back(healthy("a" + std::to_string(verdicts.size())));
    verdicts.push_back(stale("b"));
    const auto text = reader.read(verdicts);
    CHECK(std::ranges::count(text, '\n') ==
          static_cast<int>(more == 0 ? probe::max_listed + 1 : 2));
    CHECK(text.find("b unhealthy [stale]") != std::string::npos);
    verdicts.front() = stale("a0");
    CHECK(reader.read(verdicts).find("a0 unhealthy [stale]") != std::string::npos);
  }
}

TEST_CASE("with -o json each line is an object with the time and the event") {
  Reader reader{ChangeLog{Format::json}};
  auto lines = reader.read({stale("b")});
  lines += reader.read(refused);
  std::istringstream text{lines};
  std::vector<std::string> events;
  for (std::string line; std::getline(text, line);) {
    const auto json = nlohmann::json::parse(line);
    CHECK(json["time"] == "2025-11-26T12:00:00.000Z");
    events.push_back(json["event"]);
  }
  CHECK(events == std::vector<std::string>{"started", "verdict", "redis-lost"});
}

}  // namespace change_log_test
