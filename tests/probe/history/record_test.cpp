#include "history/record.hpp"

#include <doctest/doctest.h>

namespace record_test {
namespace {

using namespace std::chrono_literals;
using probe::HistoryEntry;
using probe::Reason;
using probe::WatchedTime;

constexpr heartbeat::WallTime noon{1'764'158'400'250ms};

HistoryEntry entry() {
  return {.observer = "a1",
          .service = "worker:1",
          .at = noon,
          .from = Reason::healthy,
          .since = noon - 5min,
          .to = Reason::stale,
          .text = "last beat 41s ago"};
}

}  // namespace

TEST_CASE("an entry of the history is JSON that is read back as it was") {
  CHECK(encode(entry()) ==
        R"({"observer":"a1","service":"worker:1","at":"2025-11-26T12:00:00.250Z","from":"healthy",)"
        R"("since":"2025-11-26T11:55:00.250Z","to":"stale","text":"last beat 41s ago"})");
  auto first = entry();
  first.from.reset();
  first.since.reset();
  auto gone = entry();
  gone.to.reset();
  gone.text.clear();
  for (const auto& one : {entry(), first, gone}) CHECK(probe::entry_from(encode(one)) == one);
  const WatchedTime watch{"a1", noon, noon + 1h};
  CHECK(probe::watch_from(encode(watch)) == watch);
}

TEST_CASE("text that is no entry is not one, and a state before that cannot be is left out") {
  for (const auto* text :
       {"", "no", "[]", "{}", R"({"observer":"a","at":"2025-11-26T12:00:00Z","to":"other"})",
        R"({"observer":"a","service":"x","at":"noon","to":"stale"})",
        R"({"service":"x","at":"2025-11-26T12:00:00Z","to":"stale"})",
        R"({"observer":"a","service":"x","at":"2025-11-26T12:00:00Z"})"}) {
    CAPTURE(text);
    CHECK_FALSE(probe::entry_from(text));
    CHECK_FALSE(probe::watch_from(text));
  }
  auto later = entry();
  later.since = later.at + 1ms;
  CHECK_FALSE(probe::entry_from(encode(later))->from);
  CHECK_FALSE(probe::watch_from(encode(WatchedTime{"a", noon, noon - 1ms})));
}

TEST_CASE("a change becomes an entry, its cause cut and escaped") {
  const auto made = probe::entry_of({.service = "a",
                                     .at = noon,
                                     .from = Reason::healthy,
                                     .was = probe::FoundSince{noon - 1s, false},
                                     .to = Reason::stale,
                                     .text = "x\n" + std::string(400, 'y')},
                                    "a1");
  CHECK(made.text.size() == probe::max_cause_bytes);
  CHECK(made.text.starts_with("x\\ny"));
  CHECK(made.since == noon - 1s);
}

TEST_CASE("the entries of a stream are found in its reply, other words are left out") {
  const auto entries = probe::stream_entries({"1-0", "json", "{}", "2-0", "other", "1-0", "3-1",
                                              "json", "a", "more", "b", "4-1", "json", "5-5"});
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].id == "1-0");
  CHECK(entries[1].id == "4-1");
  CHECK(entries[1].json == "5-5");
  CHECK(probe::stream_entries({}).empty());
  CHECK(probe::stream_entries({"1-0", "json"}).empty());
}

TEST_CASE("the watched times of one observer are joined where they touch") {
  const auto joined = probe::joined({{"b", noon, noon + 5s},
                                     {"a", noon + 2s, noon + 3s},
                                     {"a", noon, noon + 1s},
                                     {"a", noon + 1s, noon + 1500ms},
                                     {"a", noon, noon + 500ms}});
  CHECK(joined == std::vector<WatchedTime>{{"a", noon, noon + 1500ms},
                                           {"a", noon + 2s, noon + 3s},
                                           {"b", noon, noon + 5s}});
}

}  // namespace record_test
