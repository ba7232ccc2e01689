#include "document/text.hpp"

#include <doctest/doctest.h>

#include "document/names.hpp"

using namespace heartbeat;

TEST_CASE("control characters and invalid UTF-8 are escaped") {
  const struct {
    std::string_view text, shown;
  } table[] = {{"plain \xc3\xa9 \xf0\x9f\x98\x80", "plain \xc3\xa9 \xf0\x9f\x98\x80"},
               {"a\nb\tc\rd", R"(a\nb\tc\rd)"},
               {"\x1b[31m", R"(\x1b[31m)"},
               {std::string_view{"\0", 1}, R"(\x00)"},
               {"\x7f", R"(\x7f)"},
               {"\xc2\x9b", R"(\x9b)"},
               {"\xe2\x80\xae", R"(\u202e)"},
               {"\xe2\x80\xa8", R"(\u2028)"},
               {"\xff\xfe", R"(\xff\xfe)"},
               {"\xc0\xaf", R"(\xc0\xaf)"},
               {"\xed\xa0\x80", R"(\xed\xa0\x80)"},
               {"\xe2\x82", R"(\xe2\x82)"},
               {"\xf5\x80\x80\x80", R"(\xf5\x80\x80\x80)"}};
  for (const auto& [text, shown] : table) CHECK(printable(text) == shown);
}

TEST_CASE("text is cut between characters and ends in dots") {
  CHECK(heartbeat::truncate("abcdef", 6) == "abcdef");
  CHECK(heartbeat::truncate("abcdefg", 6) == "abc...");
  CHECK(heartbeat::truncate("ab\xc3\xa9xyz", 6) == "ab...");
  CHECK(heartbeat::truncate("abcdef", 2) == "..");
}

TEST_CASE("names are letters, digits, dot, underscore and dash, up to their length") {
  CHECK(is_service_name("worker-1"));
  CHECK(is_service_name("A.b_c"));
  CHECK(is_service_name(std::string(128, 'x')));
  CHECK_FALSE(is_service_name(std::string(129, 'x')));
  for (const auto* name : {"", "a b", "a*", "a?", "a:b", "a/b", "a\n", "\xc3\xa9"}) {
    CAPTURE(name);
    CHECK_FALSE(is_service_name(name));
  }
  CHECK(is_check_name(std::string(64, 'x')));
  CHECK_FALSE(is_check_name(std::string(65, 'x')));
}
