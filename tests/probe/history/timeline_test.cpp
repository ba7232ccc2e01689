#include "history/timeline.hpp"

#include <doctest/doctest.h>

namespace timeline_test {
namespace {

using namespace std::chrono_literals;
using probe::History;
using probe::HistoryEntry;
using probe::Period;
using probe::Reason;

constexpr heartbeat::WallTime noon{1'764'158'400s};

HistoryEntry found(const char* observer, std::chrono::seconds at, Reason to) {
  return {.observer = observer, .service = "a", .at = noon + at, .to = to, .text = "why"};
}

HistoryEntry changed(const char* observer, Reason from, std::chrono::seconds since,
                     std::chrono::seconds at, Reason to) {
  auto entry = found(observer, at, to);
  entry.from = from;
  entry.since = noon + since;
  return entry;
}

probe::WatchedTime watched(const char* observer, std::chrono::seconds from,
                           std::chrono::seconds to) {
  return {observer, noon + from, noon + to};
}

/// `?` nobody watched, `h` healthy, `s` stale, `d` degraded, `m` missing, each with its seconds.
std::string drawn(const std::vector<Period>& periods) {
  std::string text;
  auto last = noon;
  for (const auto& [from, to, reason, cause] : periods) {
    CHECK(from == last);
    last = to;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(to - from).count();
    text += (reason ? to_string(*reason).substr(0, 1) : "?");
    text += std::to_string(seconds);
  }
  return text;
}

std::string minute(const History& history) {
  return drawn(probe::timeline(history, "a", noon, noon + 1min));
}

}  // namespace

TEST_CASE("without records nothing is known") { CHECK(minute({}) == "?60"); }

TEST_CASE("a service whose key could not be read was not seen") {
  History history{
      {found("x", 0s, Reason::healthy), changed("x", Reason::healthy, 0s, 10s, Reason::redis_error),
       changed("x", Reason::redis_error, 10s, 20s, Reason::stale)},
      {watched("x", 0s, 60s)}};
  CHECK(minute(history) == "h10?10s40");
  history.entries.erase(history.entries.begin() + 1);
  CHECK(minute(history) == "h10?10s40");
}

TEST_CASE("a state is known while the observer that saw it watches, and no longer") {
  History history{{found("x", 10s, Reason::healthy)}, {watched("x", 10s, 30s)}};
  CHECK(minute(history) == "?10h20?30");
  history.entries.push_back(changed("x", Reason::healthy, 10s, 20s, Reason::stale));
  CHECK(minute(history) == "?10h10s10?30");
  history.watches.push_back(watched("x", 40s, 50s));
  CHECK(minute(history) == "?10h10s10?10s10?10");
}

TEST_CASE("a watch of another observer does not make a state known") {
  const History history{{found("x", 0s, Reason::healthy)},
                        {watched("x", 0s, 10s), watched("y", 0s, 60s)}};
  CHECK(minute(history) == "h10?50");
}

TEST_CASE("an entry tells the state before, also if that one's own entry was trimmed") {
  const History history{{changed("x", Reason::degraded, -100s, 20s, Reason::healthy)},
                        {watched("x", -100s, 60s)}};
  CHECK(minute(history) == "d20h40");
}

TEST_CASE("where two observers differ, the worst counts, and where one watches, it alone") {
  const History history{{found("x", 0s, Reason::healthy), found("y", 10s, Reason::healthy),
                         changed("y", Reason::healthy, 10s, 20s, Reason::stale),
                         changed("x", Reason::healthy, 0s, 21s, Reason::stale),
                         changed("x", Reason::stale, 21s, 30s, Reason::healthy)},
                        {watched("x", 0s, 50s), watched("y", 10s, 40s)}};
  CHECK(minute(history) == "h20s20h10?10");
}

TEST_CASE("a service that is gone is not known, until it is back") {
  auto gone = changed("x", Reason::healthy, 0s, 20s, Reason::healthy);
  gone.to.reset();
  const History history{{found("x", 0s, Reason::healthy), gone, found("x", 40s, Reason::missing)},
                        {watched("x", 0s, 60s)}};
  CHECK(minute(history) == "h20?20m20");
}

TEST_CASE("records that come twice, or in any order, change nothing") {
  History history{
      {found("x", 0s, Reason::healthy), changed("x", Reason::healthy, 0s, 20s, Reason::stale),
       changed("x", Reason::stale, 20s, 30s, Reason::healthy)},
      {watched("x", 0s, 25s), watched("x", 0s, 60s)}};
  const auto once = minute(history);
  CHECK(once == "h20s10h30");
  std::ranges::reverse(history.entries);
  std::ranges::reverse(history.watches);
  CHECK(minute(history) == once);
  const auto copy = history.entries;
  history.entries.insert(history.entries.end(), copy.begin(), copy.end());
  CHECK(minute(history) == once);
}

TEST_CASE("the uptime is that of the watched time, and options let more states count") {
  const std::vector<Period> periods{{noon, noon + 10s, Reason::healthy, ""},
                                    {noon + 10s, noon + 40s, std::nullopt, ""},
                                    {noon + 40s, noon + 45s, Reason::degraded, ""},
                                    {noon + 45s, noon + 50s, Reason::stale, ""}};
  CHECK(probe::uptime(periods, {}) == probe::Uptime{20s, 10s});
  CHECK(probe::uptime(periods, {.degraded = true}) == probe::Uptime{20s, 15s});
}

TEST_CASE("the names in a history") {
  auto replica = found("x", 0s, Reason::healthy);
  replica.service = "a:1";
  CHECK(probe::members_in({{replica, found("x", 0s, Reason::healthy), replica}, {}}) ==
        std::vector<std::string>{"a", "a:1"});
}

}  // namespace timeline_test
