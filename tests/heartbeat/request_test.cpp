#include "redis/request.hpp"

#include <doctest/doctest.h>

#include <array>

using heartbeat::redis::append_request;
using namespace std::string_view_literals;

TEST_CASE("every word goes out behind its length, whatever is in it") {
  std::string bytes = "before";
  append_request(std::array{"PTTL"sv, ""sv, "a \r\n\0b"sv}, bytes);
  CHECK(bytes == "before*3\r\n$4\r\nPTTL\r\n$0\r\n\r\n$6\r\na \r\n\0b\r\n"sv);
  bytes.clear();
  append_request(std::array{std::string_view{std::string(65'537, 'x')}}, bytes);
  CHECK(bytes.starts_with("*1\r\n$65537\r\nxx"));
  CHECK(bytes.size() == 4 + 8 + 65'537 + 2);
}
