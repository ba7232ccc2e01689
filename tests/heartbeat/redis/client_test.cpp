#include "redis/client.hpp"

#include <doctest/doctest.h>

#include <array>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "scripted_server.hpp"

using namespace heartbeat::redis;
using namespace std::chrono_literals;
using Then = ScriptedServer::Then;
using Script = ScriptedServer::Script;

namespace {

const Command pttl{"PTTL", "k"};
const Script answers{.says = ":1\r\n"};

struct Asked {
  tl::expected<Replies, Error> second;
  int connections;
  std::uint64_t reconnects;
};

/// The first connection answers once. The second command meets its end, and the other scripts.
Asked ask_twice(Script first, const Command& command = pttl, Script second = answers,
                std::chrono::milliseconds limit = 10s) {
  const ScriptedServer server{{std::move(first), std::move(second)}};
  Client client{server.endpoint()};
  REQUIRE(client.ask(std::array{pttl}, Deadline::after(10s)).has_value());
  auto asked = client.ask(std::array{command}, Deadline::after(limit));
  return {std::move(asked), server.connections(), client.reconnects()};
}

}  // namespace

TEST_CASE("a command on a kept connection that has ended is sent once more on a new one") {
  for (const auto then : {Then::close, Then::close_when_asked}) {
    CAPTURE(static_cast<int>(then));
    const auto [second, connections, reconnects] = ask_twice({.says = ":1\r\n", .then = then});
    CHECK(second.has_value());
    CHECK(connections == 2);
    CHECK(reconnects == 1);
  }
}

TEST_CASE("a command is not sent twice once an answer has begun, nor after a timeout") {
  const auto begun =
      ask_twice({.says = ":1\r\n", .then = Then::close_when_asked, .last_words = ":"});
  CHECK(begun.second.error().failure == Failure::unreachable);
  CHECK(begun.connections == 1);
  const auto silent = ask_twice({.says = ":1\r\n"}, pttl, answers, 1s);
  CHECK(silent.second.error().failure == Failure::timeout);
  CHECK(silent.connections == 1);
  CHECK(silent.reconnects == 0);
}

TEST_CASE("what has another result the second time is not sent twice") {
  for (const Command& command : {Command{"ZREM", "k", "a"}, Command{"XADD", "k", "*", "a", "b"}}) {
    const auto asked = ask_twice({.says = ":1\r\n", .then = Then::close_when_asked}, command);
    CHECK(asked.second.error().failure == Failure::unreachable);
    CHECK(asked.connections == 1);
  }
}

TEST_CASE("the second connection has the deadline of the first, and no time of its own") {
  const ScriptedServer server{{{.says = ":1\r\n", .then = Then::close_when_asked}, answers}};
  Client client{server.endpoint()};
  REQUIRE(client.ask(std::array{pttl}, Deadline::after(10s)).has_value());
  auto deadline = Deadline::after(2s);
  deadline.limit = 10s;  // what it would be by its own words
  bool asks_again = false;
  client.set_find_endpoint([&] {
    asks_again = true;
    std::this_thread::sleep_until(deadline.at);
    return std::optional{server.endpoint()};
  });
  const auto asked = client.ask(std::array{pttl}, deadline);
  REQUIRE(asks_again);
  REQUIRE_FALSE(asked.has_value());
  CHECK(asked.error().failure == Failure::timeout);
}

TEST_CASE("a new connection that ends is a failure") {
  const auto asked = ask_twice({.says = ":1\r\n", .then = Then::close_when_asked}, pttl,
                               {.says = "", .then = Then::close});
  CHECK(asked.second.error().failure == Failure::unreachable);
  CHECK(asked.connections == 2);
}
