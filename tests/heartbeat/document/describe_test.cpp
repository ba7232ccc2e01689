#include "document/document.hpp"

#include <doctest/doctest.h>

using namespace heartbeat;
using namespace std::chrono_literals;

namespace {

const WallTime now{1'700'000'000'000ms};

CheckReport failed(const char* name, Severity severity, Kind kind, Value value,
                   Comparison comparison, Value limit) {
  return {.name = name,
          .severity = severity,
          .state = CheckState::fail,
          .kind = kind,
          .value = value,
          .comparison = comparison,
          .limit = limit,
          .since = now - 42s};
}

}  // namespace

TEST_CASE("a failed check is described by its value, its limit and its severity") {
  auto flag =
      failed("websocket_connected", Severity::critical, Kind::flag, false, Comparison::equal, true);
  CHECK(describe(flag, now) == "websocket_connected is false (critical, 42s)");
  flag.output = "HTTP 403";
  CHECK(describe(flag, now) == "websocket_connected is false: HTTP 403 (critical, 42s)");
  flag.output.clear();
  flag.value = {};
  CHECK(describe(flag, now) == "websocket_connected never set (critical, 42s)");

  auto age = failed("ticks_received", Severity::critical, Kind::age, 75.2, Comparison::less, 60.0);
  CHECK(describe(age, now) == "ticks_received 75s ago, limit 60s (critical)");
  CHECK(describe(age, now, 3s) == "ticks_received 78s ago, limit 60s (critical)");
  age.value = {};
  CHECK(describe(age, now) == "ticks_received never, limit 60s (critical, 42s)");

  auto count = failed("token", Severity::critical, Kind::count, 3.0, Comparison::equal, 0.0);
  count.window = 5min;
  count.clears_in = 298s;
  CHECK(describe(count, now) == "token 3 in 5m, must be 0 (critical, clears in 4m58s)");
  CHECK(describe(count, now, 8s) == "token 3 in 5m, must be 0 (critical, clears in 4m50s)");

  auto flushes = failed("flush", Severity::warning, Kind::count, 1024.0, Comparison::less, 5.0);
  flushes.window = 1h;
  flushes.value_is_minimum = true;
  CHECK(describe(flushes, now) == "flush at least 1024 in 1h, limit <5 (warning, 42s)");

  auto rate = failed("tick_rate", Severity::warning, Kind::rate, 0.0, Comparison::greater, 0.0);
  rate.window = 10s;
  CHECK(describe(rate, now) == "tick_rate 0/s over 10s, must be above 0/s (warning, 42s)");

  const auto gauge =
      failed("attempts", Severity::warning, Kind::gauge, 12.0, Comparison::less, 10.0);
  CHECK(describe(gauge, now) == "attempts 12, limit <10 (warning, 42s)");

  auto callback = failed("db", Severity::critical, Kind::callback, false, Comparison::equal, true);
  CHECK(describe(callback, now) == "db failed (critical, 42s)");
  callback.output = "no answer for 12s";
  CHECK(describe(callback, now) == "db no answer for 12s (critical, 42s)");
}

TEST_CASE("a table shows the value and the limit of each kind of check") {
  const auto shown = [](const CheckReport& check) {
    return shown_value(check, 3s) + " | " + shown_limit(check, 3s);
  };
  const auto check = [](Kind kind, Value value, Comparison comparison, Value limit) {
    auto made = failed("c", Severity::critical, kind, value, comparison, limit);
    made.window = 5min;
    return made;
  };
  CHECK(shown(check(Kind::flag, true, Comparison::equal, true)) == "true | true");
  CHECK(shown(check(Kind::flag, {}, Comparison::equal, true)) == "never set | true");
  CHECK(shown(check(Kind::callback, false, Comparison::equal, true)) == "false | true");
  CHECK(shown(check(Kind::callback, {}, Comparison::equal, true)) == "none yet | true");
  CHECK(shown(check(Kind::age, 75.2, Comparison::less, 60.0)) == "78s ago | <60s");
  CHECK(shown(check(Kind::age, 57.1, Comparison::less, 60.0)) == "60.1s ago | <60s");
  CHECK(shown(check(Kind::age, {}, Comparison::less, 60.0)) == "never | <60s");
  CHECK(shown(check(Kind::count, 3.0, Comparison::equal, 0.0)) == "3 in 5m | 0");
  auto many = check(Kind::count, 1024.0, Comparison::less_equal, 5.0);
  many.value_is_minimum = true;
  CHECK(shown(many) == "at least 1024 in 5m | <=5");
  CHECK(shown(check(Kind::rate, 0.0, Comparison::greater, 0.5)) == "0/s over 5m | >0.5/s");
  CHECK(shown(check(Kind::gauge, 12.0, Comparison::not_equal, 10.0)) == "12 | !=10");
  CHECK(shown(check(Kind::gauge, {}, Comparison::greater_equal, 10.0)) == "never set | >=10");
  CHECK(shown(check(Kind::gauge, 1'000'001.0, Comparison::less, 1'000'000.0)) ==
        "1000001 | <1000000");
}

TEST_CASE("a value and its limit never read alike") {
  const auto gauge = [](double value, double limit, Comparison comparison = Comparison::less) {
    return describe(failed("g", Severity::warning, Kind::gauge, value, comparison, limit), now);
  };
  CHECK(gauge(1'000'001, 1'000'000, Comparison::less_equal) ==
        "g 1000001, limit <=1000000 (warning, 42s)");
  CHECK(gauge(0.040000002, 0.04) == "g 0.040000002, limit <0.04 (warning, 42s)");
  CHECK(gauge(9.99999999, 10, Comparison::greater_equal) ==
        "g 9.99999999, must be at least 10 (warning, 42s)");
  CHECK(gauge(1'000'000.5, 1'000'000) == "g 1000000.5, limit <1000000 (warning, 42s)");
  CHECK(gauge(2.0 / 3, 0.5) == "g 0.666667, limit <0.5 (warning, 42s)");
  CHECK(gauge(1e300, 10) == "g 1e+300, limit <10 (warning, 42s)");

  const auto age = [](double value, double limit) {
    return describe(failed("a", Severity::warning, Kind::age, value, Comparison::less, limit), now);
  };
  CHECK(age(30.192, 30) == "a 30.192s ago, limit 30s (warning)");
  CHECK(age(120.5, 120) == "a 120.5s ago, limit 120s (warning)");
  CHECK(age(60, 60) == "a 60s ago, limit 60s (warning)");
  CHECK(age(1.25, 0.25) == "a 1.25s ago, limit 0.25s (warning)");
  CHECK(age(0.9, 0.25) == "a 900ms ago, limit 250ms (warning)");
}

TEST_CASE("what a value must be is said in words, and an upper limit as a limit") {
  const auto words = [](Comparison comparison) {
    return describe(failed("g", Severity::warning, Kind::gauge, 4.0, comparison, 5.0), now);
  };
  CHECK(words(Comparison::less) == "g 4, limit <5 (warning, 42s)");
  CHECK(words(Comparison::less_equal) == "g 4, limit <=5 (warning, 42s)");
  CHECK(words(Comparison::greater) == "g 4, must be above 5 (warning, 42s)");
  CHECK(words(Comparison::greater_equal) == "g 4, must be at least 5 (warning, 42s)");
  CHECK(words(Comparison::equal) == "g 4, must be 5 (warning, 42s)");
  CHECK(words(Comparison::not_equal) == "g 4, must not be 5 (warning, 42s)");
}

TEST_CASE("the last document says when, where and which process stopped") {
  Document document{.status = Status::unhealthy, .reason = "stopped", .written_at = now};
  CHECK(summarize(document) == "stopped at 2023-11-14T22:13:20.000Z");
  document.instance = Instance{.host = "app-1", .pid = 12};
  CHECK(summarize(document) == "stopped at 2023-11-14T22:13:20.000Z on host app-1, pid 12");
  document.status = Status::degraded;  // not the library's last document
  CHECK(summarize(document) == "stopped");
}

TEST_CASE("the summary names every failed check, critical ones first") {
  const Document document{
      .status = Status::unhealthy,
      .written_at = now,
      .checks = {failed("b", Severity::warning, Kind::flag, false, Comparison::equal, true),
                 failed("a", Severity::critical, Kind::flag, false, Comparison::equal, true)}};
  CHECK(summarize(document) == "a is false (critical, 42s); b is false (warning, 42s)");
}

TEST_CASE("the reported reason comes before the checks") {
  const Document document{
      .status = Status::degraded,
      .written_at = now,
      .reported = Reported{.status = Status::degraded, .reason = "disk is filling"},
      .checks = {failed("b", Severity::warning, Kind::flag, false, Comparison::equal, true)}};
  CHECK(summarize(document) == "disk is filling; b is false (warning, 42s)");
}

TEST_CASE("a starting service names the checks without data") {
  auto waiting = failed("ticks", Severity::critical, Kind::age, {}, Comparison::less, 60.0);
  waiting.state = CheckState::waiting;
  CHECK(summarize({.status = Status::starting, .written_at = now, .checks = {waiting}}) ==
        "ticks waiting for data (critical, 42s)");
}

TEST_CASE("a healthy service counts its checks") {
  auto check = failed("a", Severity::critical, Kind::flag, true, Comparison::equal, true);
  check.state = CheckState::pass;
  auto other = check;
  other.state = CheckState::suppressed;
  CHECK(summarize({.status = Status::healthy, .checks = {check}}) == "1 check passes");
  CHECK(summarize({.status = Status::healthy, .checks = {check, check, other}}) ==
        "2 checks pass, 1 suppressed");
}

TEST_CASE("a document without checks keeps its own reason") {
  CHECK(summarize({.status = Status::unhealthy, .reason = "stopped"}) == "stopped");
  CHECK(summarize({.status = Status::healthy}).empty());
}

TEST_CASE("a lapse of the writer follows the failed checks, or stands alone") {
  Document document{
      .status = Status::unhealthy,
      .reason = "1 check passes",
      .written_at = now,
      .checks = {failed("a", Severity::critical, Kind::flag, false, Comparison::equal, true)},
      .writer = Writer{.lapse = "the machine was suspended for 1h"}};
  CHECK(summarize(document) == "a is false (critical, 42s); the machine was suspended for 1h");
  document.checks.front().state = CheckState::pass;
  document.status = Status::degraded;
  CHECK(summarize(document) == "the machine was suspended for 1h");
  document.status = Status::healthy;
  CHECK(summarize(document) == "1 check passes");
}

TEST_CASE("another writer of the key comes last") {
  Document document{
      .status = Status::degraded,
      .reason = "1 check passes",
      .written_at = now,
      .checks = {failed("a", Severity::warning, Kind::flag, false, Comparison::equal, true)},
      .writer = Writer{.lapse = "the machine was suspended for 1h", .rival = "host b1, pid 7"}};
  CHECK(summarize(document) ==
        "a is false (warning, 42s); the machine was suspended for 1h; another process writes the "
        "same key: host b1, pid 7");
  document.writer->lapse.clear();
  document.checks.front().state = CheckState::pass;
  CHECK(summarize(document) == "another process writes the same key: host b1, pid 7");
  document.status = Status::healthy;
  CHECK(summarize(document) == "1 check passes");
}

TEST_CASE("old dates come after everything else") {
  Document document{.status = Status::degraded,
                    .reason = "1 check passes",
                    .writer = Writer{.rival = "host b1, pid 7", .dates_error = "cannot read d"}};
  CHECK(summarize(document) ==
        "another process writes the same key: host b1, pid 7; the dates are old: cannot read d");
  document.writer->rival.clear();
  CHECK(summarize(document) == "the dates are old: cannot read d");
  document.status = Status::healthy;
  CHECK(summarize(document) == "1 check passes");
}

TEST_CASE("a check of a foreign document is described as far as it is known") {
  const CheckReport count{.name = "flush", .state = CheckState::fail, .kind = Kind::count};
  CHECK(describe(count, now) == "flush nothing in ?, limit nothing (critical)");
  CHECK(describe(count, {}) == "flush nothing in ?, limit nothing (critical)");
  const CheckReport age{.name = "ticks", .state = CheckState::fail, .kind = Kind::age};
  CHECK(describe(age, now) == "ticks never, limit nothing (critical)");
  const CheckReport flag{.name = "socket", .state = CheckState::fail, .kind = Kind::flag};
  CHECK(describe(flag, now) == "socket never set (critical)");
  const CheckReport callback{
      .name = "db", .state = CheckState::fail, .kind = Kind::callback, .value = true};
  CHECK(describe(callback, now) == "db succeeded (critical)");
}
