#include "redis/resp.hpp"

#include <doctest/doctest.h>

#include <array>
#include <random>
#include <string>
#include <vector>

using namespace heartbeat::redis;
using namespace std::string_view_literals;

TEST_CASE("every argument follows its length and may hold any bytes") {
  std::string bytes = "before";
  append_request(std::array{"PTTL"sv, ""sv, "a \r\n\0b"sv}, bytes);
  CHECK(bytes == "before*3\r\n$4\r\nPTTL\r\n$0\r\n\r\n$6\r\na \r\n\0b\r\n"sv);
  bytes.clear();
  append_request(std::array{std::string_view{std::string(65'537, 'x')}}, bytes);
  CHECK(bytes.starts_with("*1\r\n$65537\r\nxx"));
  CHECK(bytes.size() == 4 + 8 + 65'537 + 2);
}

namespace {

/// All replies in the bytes, which arrive in pieces of that size; an error ends them.
std::vector<std::string> replies_in(std::string_view bytes, std::size_t piece) {
  ReplyReader reader{"peer"};
  std::vector<std::string> texts;
  for (;;) {
    const auto reply = reader.next();
    if (!reply) {
      texts.push_back("error " + reply.error().what);
      return texts;
    }
    if (const auto& complete = *reply) {
      if (const auto* text = std::get_if<std::string>(&*complete)) texts.push_back(*text);
      if (const auto* number = std::get_if<std::int64_t>(&*complete))
        texts.push_back(std::to_string(*number));
      if (const auto* error = std::get_if<ErrorReply>(&*complete)) texts.push_back(error->text);
      if (const auto* elements = std::get_if<Array>(&*complete)) {
        auto& joined = texts.emplace_back("array");
        for (const auto& element : *elements) joined += ' ' + element;
      }
      if (std::holds_alternative<Nil>(*complete)) texts.push_back("nil");
      continue;
    }
    if (bytes.empty()) return texts;
    const auto buffer = reader.buffer();
    const auto n = bytes.substr(0, piece).copy(buffer.data(), buffer.size());
    reader.received(n);
    bytes.remove_prefix(n);
  }
}

std::string text_reply(std::size_t size) {
  return "$" + std::to_string(size) + "\r\n" + std::string(size, 'x') + "\r\n";
}

}  // namespace

TEST_CASE("replies are read, however their bytes arrive") {
  const std::string bytes =
      "+OK\r\n:-7\r\n$2\r\n\r\n\r\n$-1\r\n*-1\r\n*0\r\n*4\r\n$1\r\na\r\n:3\r\n$-1\r\n*1\r\n+b\r\n"
      "-ERR no\r\n" +
      text_reply(5000) + ":1\r\n";
  const std::vector<std::string> expected{
      "OK", "-7", "\r\n", "nil", "nil", "array", "array a 3  b", "ERR no", std::string(5000, 'x'),
      "1"};
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{2049}, bytes.size()})
    CHECK(replies_in(bytes, piece) == expected);
}

TEST_CASE("any bytes are the same replies, in whatever pieces they arrive") {
  std::minstd_rand random{1};
  constexpr std::string_view alphabet{"$:-+*0123456789\r\nx"};
  std::size_t replies = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes;
    for (auto n = random() % 4; n-- > 0;)
      bytes += text_reply(random() % 3) + ':' + std::to_string(random() % 99) + "\r\n";
    for (auto n = random() % 8; n-- > 0;)
      bytes.insert(random() % (bytes.size() + 1), 1, alphabet[random() % alphabet.size()]);
    CAPTURE(bytes);
    auto expected = replies_in(bytes, bytes.size());
    replies += expected.size();
    for (const std::size_t piece : {1U, 3U}) {
      auto found = replies_in(bytes, piece);
      // The message of an error shows what has arrived.
      for (auto* all : {&expected, &found})
        if (!all->empty() && all->back().starts_with("error ")) all->back() = "error";
      REQUIRE(found == expected);
    }
  }
  CHECK(replies > 30'000);
}

TEST_CASE("the size of a reply has a limit") {
  CHECK(replies_in(text_reply(65'537), 60'000).front().size() == 65'537);
  const std::vector<std::string> too_large{"error peer: answer too large"};
  CHECK(replies_in(text_reply(65'538), 60'000) == too_large);
  CHECK(replies_in("+" + std::string(65'538, 'x') + "\r\n", 60'000) == too_large);
  CHECK(replies_in("$9999999\r\n" + std::string(80'000, 'x'), 60'000) == too_large);
  // Replies that arrive together do not add up.
  CHECK(replies_in(text_reply(60'000) + text_reply(60'000), 60'000).size() == 2);
  CHECK(replies_in("*1000001\r\n", 60'000) == too_large);
  CHECK(replies_in("*1000000\r\n", 60'000).empty());
}

TEST_CASE("an error for bytes that are not RESP shows the first of them") {
  const auto error = [](std::string_view bytes) { return replies_in(bytes, 1).back(); };
  CHECK(error("HTTP/1.1 400\r\n") == "error peer does not speak the Redis protocol (it says 'H')");
  CHECK(replies_in("HTTP/1.1 400\r\n", 99).back() ==
        "error peer speaks HTTP, not the Redis protocol");
  // Later, the first bytes are of no interest.
  CHECK(replies_in("+OK\r\nHTTP\r\n", 99).back() == "error peer does not speak the Redis protocol");
  CHECK(error("*1\r\n*1\r\n*1\r\n*0\r\n") ==
        "error peer does not speak the Redis protocol (it says '*1')");
  CHECK(error("*1\r\n-ERR\r\n") == "error peer: an answer of an unexpected type");
}
