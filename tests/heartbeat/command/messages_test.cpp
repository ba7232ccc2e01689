#include "command/messages.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <variant>
#include <vector>

using namespace heartbeat;
using namespace heartbeat::command;
using namespace std::chrono_literals;

namespace {

template <typename T>
T message_of(std::string_view line) {
  const auto message = parse_message(line);
  CAPTURE(line);
  if (!message) FAIL(message.error());
  REQUIRE(std::holds_alternative<T>(*message));
  return std::get<T>(*message);
}

Reported after(bool notifies, std::initializer_list<NoticeMessage> notices,
               const Reported& job = {Status::healthy, "running for 3s"}) {
  OwnWords words{notifies};
  for (const auto& notice : notices) words.take(notice);
  return words.joined_to(job);
}

}  // namespace

TEST_CASE("a message marks events") {
  const auto one = message_of<MarkMessage>("mark ticks");
  CHECK(one.source == "ticks");
  CHECK(one.events == 1);
  CHECK(message_of<MarkMessage>("  mark\tticks  3 \r").events == 3);
  CHECK(message_of<MarkMessage>("mark ticks 0").events == 0);
  CHECK(message_of<MarkMessage>("mark ticks 1000000000").events == 1'000'000'000);
}

TEST_CASE("a message sets a flag, with the reason") {
  const auto down = message_of<FlagMessage>("set websocket 0 HTTP 403");
  CHECK(down.source == "websocket");
  CHECK_FALSE(down.value);
  CHECK(down.reason == "HTTP 403");
  CHECK(message_of<FlagMessage>("set websocket 1").value);
}

TEST_CASE("a message sets a gauge or adds to it") {
  const auto set = message_of<GaugeMessage>("gauge attempts 4");
  CHECK(set.source == "attempts");
  CHECK(set.value == 4);
  CHECK_FALSE(set.is_added);
  const auto add = message_of<GaugeMessage>("add attempts -1.5e1");
  CHECK(add.value == -15);
  CHECK(add.is_added);
}

TEST_CASE("a message reports a status") {
  CHECK(message_of<Reported>("report degraded why not") == Reported{Status::degraded, "why not"});
  CHECK(message_of<Reported>("report healthy") == Reported{Status::healthy, ""});
}

TEST_CASE("a message of sd_notify is a name and a value") {
  const auto notice = message_of<NoticeMessage>("STATUS=mark ticks = 3");
  CHECK(notice.name == "STATUS");
  CHECK(notice.value == "mark ticks = 3");
  CHECK(message_of<NoticeMessage>("X_1=").value.empty());
}

TEST_CASE("the complaint about a message names the wrong part") {
  const std::pair<std::string, std::string> table[] = {
      {"marc ticks",
       "'marc' is no message (accepted: mark, set, gauge, add, report, NAME=VALUE of sd_notify)"},
      {"ready=1",
       "'ready=1' is no message (accepted: mark, set, gauge, add, report, NAME=VALUE of "
       "sd_notify)"},
      {"1A=1",
       "'1A=1' is no message (accepted: mark, set, gauge, add, report, NAME=VALUE of sd_notify)"},
      {"mark", "'' is not a name (accepted: 1 to 64 of A-Z a-z 0-9 . _ -)"},
      {"mark a/b", "'a/b' is not a name (accepted: 1 to 64 of A-Z a-z 0-9 . _ -)"},
      {"mark ticks -1", "'-1' is not a number of events (accepted: 0 to 1000000000)"},
      {"mark ticks 1000000001",
       "'1000000001' is not a number of events (accepted: 0 to 1000000000)"},
      {"mark ticks 1 2", "'1 2' is not a number of events (accepted: 0 to 1000000000)"},
      {"set ws", "'' is no value of a flag (accepted: 0, 1)"},
      {"set ws true", "'true' is no value of a flag (accepted: 0, 1)"},
      {"gauge a", "'' is not a number (accepted: such as 10, -1.5, 2e6)"},
      {"gauge a NaN", "'NaN' is not a number (accepted: such as 10, -1.5, 2e6)"},
      {"add a 1e999", "'1e999' is not a number (accepted: such as 10, -1.5, 2e6)"},
      {"report fine", "'fine' is no status (accepted: healthy, starting, degraded, unhealthy)"},
      {"\x1b[1m",
       "'\\x1b[1m' is no message (accepted: mark, set, gauge, add, report, NAME=VALUE of "
       "sd_notify)"},
  };
  for (const auto& [line, complaint] : table) {
    CAPTURE(line);
    const auto message = parse_message(line);
    REQUIRE_FALSE(message);
    CHECK(message.error() == complaint);
  }
}

TEST_CASE("a datagram has a message in each line that is not blank") {
  std::vector<std::string> lines;
  for_each_line("a\n\n \r\nb b\n\t\nc", [&](std::string_view line) { lines.emplace_back(line); });
  CHECK(lines == std::vector<std::string>{"a", "b b", "c"});
}

TEST_CASE("another supervisor gets what sd_notify said, without descriptors and processes") {
  CHECK(forwarded("READY=1\nSTATUS=up\nMAINPID=7\nmark a\nFDSTORE=1\nFDNAME=x\nWATCHDOG=1") ==
        "READY=1\nSTATUS=up\nWATCHDOG=1\n");
  CHECK(forwarded("BARRIER=1").empty());
  CHECK(forwarded("mark a").empty());
}

TEST_CASE("a command that notifies is starting until it is ready") {
  CHECK(after(false, {}) == Reported{Status::healthy, "running for 3s"});
  CHECK(after(true, {}) == Reported{Status::starting, "it is not ready yet; running for 3s"});
  CHECK(after(true, {{"READY", "0"}}).status == Status::starting);
  CHECK(after(true, {{"READY", "1"}}) == Reported{Status::healthy, "running for 3s"});
  CHECK(after(true, {}, {Status::degraded, "running for 3s, limit 2s"}) ==
        Reported{Status::degraded, "running for 3s, limit 2s; it is not ready yet"});
}

TEST_CASE("STATUS= is text") {
  CHECK(after(true, {{"READY", "1"}, {"STATUS", "3 of 5"}}) ==
        Reported{Status::healthy, "running for 3s; 3 of 5"});
  CHECK(after(false, {{"STATUS", "3 of 5"}, {"STATUS", ""}}).reason == "running for 3s");
}

TEST_CASE("STOPPING=1 makes it unhealthy, until READY=1") {
  OwnWords words{true};
  words.take(NoticeMessage{"READY", "1"});
  words.take(NoticeMessage{"STOPPING", "1"});
  CHECK(words.is_stopping());
  CHECK(words.joined_to({Status::healthy, "running for 3s"}) ==
        Reported{Status::unhealthy, "stopping; running for 3s"});
  words.take(NoticeMessage{"READY", "1"});
  CHECK_FALSE(words.is_stopping());
}

TEST_CASE("WATCHDOG=trigger makes it unhealthy, until WATCHDOG=1") {
  CHECK(after(false, {{"WATCHDOG", "trigger"}}) ==
        Reported{Status::unhealthy, "it triggered its watchdog; running for 3s"});
  CHECK(after(false, {{"WATCHDOG", "trigger"}, {"WATCHDOG", "1"}}).status == Status::healthy);
}

TEST_CASE("WATCHDOG_USEC changes the limit of the watchdog") {
  const std::pair<std::string, std::optional<std::chrono::milliseconds>> table[] = {
      {"1500000", 1500ms},
      {"1000", 1ms},
      {"999", std::nullopt},
      {"0", std::nullopt},
      {"-1", std::nullopt},
      {"x", std::nullopt},
      {"18446744073709551615", std::nullopt}};
  for (const auto& [value, limit] : table) {
    OwnWords words{false};
    words.take(NoticeMessage{"WATCHDOG_USEC", value});
    CHECK(words.watchdog_limit() == limit);
  }
}

TEST_CASE("a report is joined to what the job says, the worse first") {
  OwnWords words{false};
  words.take(Reported{Status::degraded, "slow disk"});
  CHECK(words.joined_to({Status::healthy, "running for 3s"}) ==
        Reported{Status::degraded, "slow disk; running for 3s"});
  words.take(Reported{Status::degraded, ""});
  CHECK(words.joined_to({Status::healthy, "running for 3s"}) ==
        Reported{Status::degraded, "degraded; running for 3s"});
  words.take(Reported{Status::healthy, "fine"});
  CHECK(words.joined_to({Status::degraded, "suspended"}) ==
        Reported{Status::degraded, "suspended; fine"});
  words.take(Reported{Status::healthy, ""});
  CHECK(words.joined_to({Status::healthy, "running for 3s"}) ==
        Reported{Status::healthy, "running for 3s"});
}
