#include "writer/duplicate_writer.hpp"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <string>

using namespace heartbeat;
using namespace std::chrono_literals;

namespace {

/// Our beats, every 10 s with a TTL of 60 s, and the documents that they find.
class Beats {
 public:
  explicit Beats(std::chrono::milliseconds interval = 10s, std::chrono::seconds ttl = 60s)
      : interval_{interval}, detector{"ours", interval, ttl} {}

  /// The next beat, an interval later, finds this.
  void find(const std::string& text, bool unbroken = true) {
    now += interval_;
    find_now(text, unbroken);
  }
  void find_now(const std::string& text, bool unbroken = true) {
    detector.observe({.found = text, .unbroken = unbroken, .began = now, .ended = now + 1ms});
  }

  /// The next document of another writer.
  std::string by(const std::string& id, std::chrono::milliseconds interval = 10s) {
    return document(id, ++sequences_[id], interval);
  }
  static std::string document(const std::string& id, std::uint64_t sequence,
                              std::chrono::milliseconds interval = 10s) {
    return encode({.status = Status::healthy,
                   .instance = Instance{.host = "host-" + id, .pid = 7, .id = id},
                   .sequence = sequence,
                   .interval = interval});
  }
  std::string farewell_of(const std::string& id) {
    return encode({.status = Status::unhealthy,
                   .reason = "stopped",
                   .instance = Instance{.host = "host-" + id, .pid = 7, .id = id},
                   .sequence = ++sequences_[id],
                   .interval = 10s});
  }
  std::string ours() { return by("ours"); }

  /// How often the answer to "is there a rival?" changed while this beats with it.
  int changes_beside(std::chrono::milliseconds others_interval, const std::string& foreign = "") {
    int changes = 0;
    auto other_at = now + 1ms;
    for (int i = 0; i < 300; ++i) {
      const bool before = detector.has_rival();
      const bool other_wrote = other_at <= now + interval_;
      while (other_at <= now + interval_) other_at += others_interval;
      find(!other_wrote ? ours() : foreign.empty() ? by("b", others_interval) : foreign);
      changes += detector.has_rival() != before ? 1 : 0;
    }
    return changes;
  }

 private:
  std::map<std::string, std::uint64_t> sequences_;
  std::chrono::milliseconds interval_;

 public:
  Time now{1h};
  DuplicateWriterDetector detector;
};

const std::string foreign = R"({"status": "healthy"})";

}  // namespace

TEST_CASE("a writer that finds only its own documents has no rival") {
  Beats beats;
  beats.find("", false);
  for (int i = 0; i < 10; ++i) beats.find(beats.ours());
  CHECK_FALSE(beats.detector.has_rival());
  CHECK(beats.detector.rival().empty());
  CHECK(beats.detector.vanished() == 0);
}

TEST_CASE("a writer that knows what it wrote concludes the same as one that reads everything") {
  Beats knows;
  Beats reads;
  std::minstd_rand random{7};
  const std::string long_reason(2 * identity_bytes, 'r');
  for (int i = 0; i < 2'000; ++i) {
    CAPTURE(i);
    const auto ours = encode({.status = Status::healthy,
                              .reason = i % 2 == 0 ? "" : long_reason,
                              .instance = Instance{.host = "a", .pid = 1, .id = "ours"},
                              .sequence = i / 2});
    knows.detector.wrote(ours);
    const auto of_b = Beats::document("b", static_cast<std::uint64_t>(i));
    auto changed = ours;
    changed[random() % 80] = '~';
    const std::string found[] = {ours, of_b, changed, "", foreign, ours.substr(0, 40)};
    const auto beginning = found[random() % std::size(found)].substr(0, identity_bytes);
    const bool unbroken = random() % 5 != 0;
    knows.find(beginning, unbroken);
    reads.find(beginning, unbroken);
    CHECK(knows.detector.rival() == reads.detector.rival());
    CHECK(knows.detector.vanished() == reads.detector.vanished());
  }
}

TEST_CASE("the document of a predecessor is no rival, a document in place of ours is a rival") {
  Beats beats;
  beats.find(beats.by("b"), false);
  CHECK_FALSE(beats.detector.has_rival());
  SUBCASE("it died") {
    beats.find(beats.ours());
    CHECK_FALSE(beats.detector.has_rival());
  }
  SUBCASE("it lives") {
    beats.find(beats.by("b"));
    CHECK(beats.detector.rival() == "host host-b, pid 7");
  }
  SUBCASE("it stops while we run") {
    beats.find(beats.farewell_of("b"));
    CHECK_FALSE(beats.detector.has_rival());
  }
  SUBCASE("another one came") {
    beats.find(beats.by("c"));
    CHECK(beats.detector.rival() == "host host-c, pid 7");
  }
}

TEST_CASE("a rolling restart warns while both processes live, and not a beat longer") {
  Beats beats;
  beats.find(beats.by("b"), false);
  beats.find(beats.by("b"));
  beats.find(beats.by("b"));
  CHECK(beats.detector.has_rival());
  beats.find(beats.farewell_of("b"));
  CHECK_FALSE(beats.detector.has_rival());
  beats.find(beats.ours());
  CHECK_FALSE(beats.detector.has_rival());
}

TEST_CASE(
    "after a broken connection a found document may be old: only a sequence that grew is a sign of "
    "life") {
  Beats beats;
  beats.find("", false);
  beats.find(beats.ours());
  SUBCASE("a snapshot with an old document of ours") {
    beats.find(Beats::document("ours", 1), false);
    CHECK_FALSE(beats.detector.has_rival());
  }
  SUBCASE("a snapshot with a document of another writer, found once") {
    beats.find(Beats::document("b", 500), false);
    beats.find(beats.ours());
    CHECK_FALSE(beats.detector.has_rival());
  }
  SUBCASE("the same snapshot, twice") {
    for (int i = 0; i < 2; ++i) beats.find(Beats::document("b", 500), false);
    CHECK_FALSE(beats.detector.has_rival());
    beats.find(Beats::document("b", 499));  // Redis was restored under our connection
    CHECK_FALSE(beats.detector.has_rival());
    SUBCASE("then a process that really writes, although every beat needs a new connection") {
      beats.find(Beats::document("b", 501), false);
      CHECK(beats.detector.has_rival());
    }
  }
  SUBCASE("a foreign writer numbers nothing") {
    for (int i = 0; i < 3; ++i) beats.find(foreign, false);
    CHECK_FALSE(beats.detector.has_rival());
    beats.find(foreign);
    CHECK(beats.detector.has_rival());
  }
}

TEST_CASE("a rival is gone after one and a half of its intervals of silence, and not before") {
  Beats beats{100ms, 1s};
  beats.find("", false);
  beats.find(beats.by("b", 10s));
  for (auto at = 100ms; at < 15s; at += 100ms) {
    beats.now = Time{1h + 200ms + at};
    beats.find_now(beats.ours());
  }
  CHECK(beats.detector.has_rival());
  beats.now = Time{1h + 200ms + 15s - 1ns};
  beats.find_now(beats.ours());
  CHECK(beats.detector.has_rival());
  beats.now += 1ns;
  beats.find_now(beats.ours());
  CHECK_FALSE(beats.detector.has_rival());
}

TEST_CASE("two writers with different intervals see each other without interruption") {
  for (const auto other : {100ms, 1'000ms, 3'300ms, 10'000ms, 33'000ms, 100'000ms}) {
    CAPTURE(other.count());
    CHECK(Beats{}.changes_beside(other) == 1);
    CHECK(Beats{100ms, 1s}.changes_beside(other) == 1);
  }
}

TEST_CASE("a foreign writer that does not state its interval is forgotten once at most") {
  for (const auto other : {100ms, 1'000ms, 10'000ms, 33'000ms, 100'000ms}) {
    CAPTURE(other.count());
    CHECK(Beats{}.changes_beside(other, foreign) <= 3);
    CHECK(Beats{1s, 10s}.changes_beside(other, foreign) <= 3);
  }
}

TEST_CASE("time without beats of ours is not silence of the other writer") {
  Beats beats;
  beats.find("", false);
  beats.find(beats.by("b"));
  beats.now += 1h;  // no Redis
  beats.find("", false);
  CHECK(beats.detector.has_rival());
  beats.find(beats.ours());
  CHECK_FALSE(beats.detector.has_rival());
}

TEST_CASE("an interval outside the accepted range is clamped") {
  Beats beats;
  beats.find("", false);
  beats.find(beats.by("b", 1000h));
  for (int i = 1; i < 540; ++i) beats.find(beats.ours());
  CHECK(beats.detector.has_rival());
  beats.find(beats.ours());
  CHECK_FALSE(beats.detector.has_rival());
  beats.find(beats.by("c", 1ms));
  CHECK(beats.detector.has_rival());
  beats.find(beats.ours());
  CHECK_FALSE(beats.detector.has_rival());
}

TEST_CASE("a writer that plans no further beat is no rival") {
  Beats beats;
  beats.find("", false);
  beats.find(beats.by("b", no_next_beat));
  CHECK_FALSE(beats.detector.has_rival());
}

TEST_CASE("of several rivals the first is named and the others are counted, each ends separately") {
  Beats beats;
  beats.find("", false);
  beats.find(beats.by("b"));
  beats.find(beats.by("c"));
  CHECK(beats.detector.rival() == "host host-b, pid 7 and 1 more");
  beats.find(beats.farewell_of("b"));
  CHECK(beats.detector.rival() == "host host-c, pid 7");
  for (int i = 0; i < 100; ++i) beats.find(beats.by("d" + std::to_string(i)));
  CHECK(beats.detector.has_rival());
  CHECK(beats.detector.rival().size() < 100);
}

TEST_CASE("a name comes from an untrusted document") {
  const struct {
    std::string found, name;
  } table[] = {
      {foreign, "an unknown writer"},
      {"no JSON", "an unknown writer"},
      {R"({"instance":{"id":"x"}})", "an unknown writer"},
      {R"({"instance":{"host":"b1","id":"x"}})", "host b1"},
      {R"({"instance":{"host":"b1","pid":-7}})", "host b1"},
      {R"({"instance":{"host":"b\n1","pid":7}})", R"(host b\n1, pid 7)"},
      {R"({"instance":{"host":")" + std::string(500, 'h') + R"(","pid":7}})",
       "host " + std::string(97, 'h') + "..., pid 7"},
  };
  for (const auto& [found, name] : table) {
    Beats beats;
    beats.find("", false);
    beats.find(found);
    CHECK(beats.detector.rival() == name);
  }
}

TEST_CASE("a key that is gone before its expiry has vanished, an expired key has not") {
  Beats beats{10s, 60s};
  beats.find("", false);
  CHECK(beats.detector.vanished() == 0);
  beats.find("");
  CHECK(beats.detector.vanished() == 1);
  CHECK_FALSE(beats.detector.has_rival());
  beats.find(beats.ours());
  beats.now += 54s - 1ms - 1ns;  // a tenth of the TTL is left; an answer takes 1 ms
  beats.find_now("");
  CHECK(beats.detector.vanished() == 2);
  beats.now += 54s - 1ms;
  beats.find_now("");
  CHECK(beats.detector.vanished() == 2);
  beats.find("", false);  // it may be another Redis
  CHECK(beats.detector.vanished() == 2);
}

TEST_CASE("a writer that may no longer read the key has no rival") {
  Beats beats;
  beats.find("", false);
  beats.find(beats.by("b"));
  beats.detector.cannot_observe();
  CHECK_FALSE(beats.detector.has_rival());
  beats.now += 1s;
  beats.find_now("", true);
  CHECK(beats.detector.vanished() == 0);
}
