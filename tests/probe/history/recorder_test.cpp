#include "history/recorder.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>

namespace recorder_test {
namespace {

using namespace std::chrono_literals;
using heartbeat::WallTime;
using probe::Moment;
using probe::Reason;
using probe::Recorder;
using std::chrono::milliseconds;

constexpr WallTime noon{1'764'158'400s};
constexpr auto tick = 100ms;

/// Streams as Redis keeps them, without ids and limits.
using Streams = std::map<std::string, std::vector<std::string>>;

/// A process of an observer: what it does once a second, with a Redis that it reaches or not.
class Observer {
 public:
  explicit Observer(int number)
      : recorder_{"health:",
                  [number, this] { return std::to_string(number) + '.' + std::to_string(++ids_); },
                  1} {}

  void read(Moment at, Reason state, bool is_reached, Streams& redis) {
    const std::vector<probe::Verdict> verdicts{
        {.service = "a", .reason = is_reached ? state : Reason::unreachable}};
    const auto problem =
        is_reached ? std::nullopt : std::optional{probe::Problem{Reason::unreachable, "refused"}};
    const auto changes = detector_.update(verdicts, problem, at.wall);
    recorder_.note({changes, detector_.states(), is_reached, at, at});
    if (is_reached) write(at, redis);
  }
  const std::string& id() const { return recorder_.id(); }

 private:
  static std::vector<probe::WatchedTime> watches(const std::vector<std::string>& stream) {
    std::vector<probe::WatchedTime> all;
    for (const auto& json : stream) all.push_back(probe::watch_from(json).value());
    return all;
  }
  void write(Moment at, Streams& redis) {
    if (recorder_.is_keeping_due(at.steady))
      recorder_.keep(watches(redis["health::history::watching"]),
                     watches(redis["health::history::watched"]), at.wall);
    const auto& last = recorder_.last_watched();
    if (!last.key.empty() && std::ranges::find(redis[last.key], last.json) == redis[last.key].end())
      recorder_.restore();
    for (const auto& entry : recorder_.pending()) redis[entry.key].push_back(entry.json);
    recorder_.written(recorder_.pending().size());
  }

  int ids_ = 0;
  probe::ChangeDetector detector_;
  Recorder recorder_;
};

probe::History history_in(const Streams& redis) {
  probe::History history;
  for (const auto& [key, stream] : redis)
    for (const auto& json : stream)
      if (key.ends_with(":a"))
        history.entries.push_back(probe::entry_from(json).value());
      else
        history.watches.push_back(probe::watch_from(json).value());
  return history;
}

/// What really was, for each tick of the wall clock: every state of the second before, as often as
/// the clock showed that time, and whether an observer watched then.
struct Truth {
  bool is_watched = false;
  std::vector<Reason> states{};
};

}  // namespace

TEST_CASE("whatever happens, no unwatched time is known, and every state was so within a second") {
  for (unsigned seed = 1; seed <= 8; ++seed) {
    CAPTURE(seed);
    std::mt19937 dice{seed};
    const auto one_in = [&](unsigned n) { return dice() % n == 0; };
    constexpr std::array reasons{Reason::healthy, Reason::stale, Reason::degraded};
    Streams redis;
    std::vector<Observer> observers;
    observers.reserve(1000);
    observers.emplace_back(0);
    std::map<WallTime, Truth> truth;
    std::vector<WallTime> unclosed;  // ticks since the last reading that was answered
    auto wall = noon;
    std::chrono::steady_clock::time_point steady{1h};
    std::vector<Reason> recent(11, Reason::healthy);
    bool is_reached = true, is_closing = false;
    int paused = 0, kills = 0, transitions = 0;
    milliseconds watched_truly{0}, up_truly{0};
    const bool is_kind = seed % 2 == 0;  // Redis keeps its data, and nobody sets a clock
    for (int number = 0; number < 20'000; ++number) {
      if (one_in(400)) recent.back() = reasons[dice() % reasons.size()];
      recent.erase(recent.begin());
      recent.push_back(recent.back());
      if (recent[8] != recent[9]) ++transitions;
      if (one_in(600)) is_reached = !is_reached;
      if (one_in(1500) && !is_kind) redis.clear();  // it restarted
      if (one_in(1500)) paused = 50;                // the observer stands still for five seconds
      if (one_in(2000)) {                           // it is killed and started again
        observers.emplace_back(number);
        is_closing = false;
        ++kills;
      }
      if (one_in(3000) && !is_kind) {  // the wall clock is set
        wall += (static_cast<int>(dice() % 120) - 60) * 1s;
        is_closing = false;
      }
      auto& now = truth[wall];
      now.states.insert(now.states.end(), recent.begin(), recent.end());
      paused = std::max(0, paused - 1);
      if (number % 10 == 0 && paused == 0) {
        observers.back().read({wall, steady}, recent.back(), is_reached, redis);
        const bool is_short = unclosed.size() <= 30;
        if (is_reached && is_closing && is_short)
          for (const auto at : unclosed) {
            truth[at].is_watched = true;
            watched_truly += tick;
            if (truth[at].states.back() == Reason::healthy) up_truly += tick;
          }
        unclosed.clear();
        is_closing = is_reached;
      }
      unclosed.push_back(wall);
      wall += tick;
      steady += tick;
    }
    const auto history = history_in(redis);
    const auto first = truth.begin()->first, last = truth.rbegin()->first;
    const auto periods = probe::timeline(history, "a", first, last);
    int unwatched = 0, wrong = 0;
    for (const auto& period : periods)
      for (auto at = period.from; period.reason && at < period.to; at += tick) {
        const auto found = truth.find(at);
        if (found == truth.end() || !found->second.is_watched) ++unwatched;
        if (found != truth.end() &&
            std::ranges::find(found->second.states, *period.reason) == found->second.states.end())
          ++wrong;
      }
    CHECK(unwatched == 0);
    CHECK(wrong == 0);
    const auto [watched, up] = probe::uptime(periods, {});
    CHECK(watched <= watched_truly);
    if (!is_kind) continue;
    // Killed, an observer has not written its last ten seconds.
    const auto unwritten = 11s * (kills + 1);
    CHECK(watched >= watched_truly - unwritten);
    CHECK(up <= up_truly + 1s * transitions);
    CHECK(up >= up_truly - unwritten - 1s * transitions);
  }
}

}  // namespace recorder_test
