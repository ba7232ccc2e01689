#include "document/time.hpp"

#include <doctest/doctest.h>

using namespace heartbeat;
using namespace std::chrono_literals;

TEST_CASE("durations are read with their unit, a bare number as seconds") {
  CHECK(parse_duration("500ms") == 500ms);
  CHECK(parse_duration("3s") == 3s);
  CHECK(parse_duration("2m") == 2min);
  CHECK(parse_duration("1h") == 1h);
  CHECK(parse_duration("7") == 7s);
  CHECK(parse_duration("0") == 0s);
  CHECK(parse_duration("1.5s") == 1500ms);
  CHECK(parse_duration("0.001") == 1ms);
  CHECK(parse_duration("3650") == 3650s);
  CHECK(parse_duration("87600h") == 87600h);
}

TEST_CASE("what is not a duration is refused") {
  for (const auto* text : {"",    "s",     "-1s",      "+1s",    " 1s",
                           "1s ", "1 s",   "1x",       "1S",     "1.s",
                           ".5s", "1e3",   "0.0001s",  "1.5ms",  "nan",
                           "inf", "1m30s", "87600.1h", "87601h", "99999999999999999999s",
                           "0x10"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text));
  }
}

TEST_CASE("durations are shown as people say them, rounded down") {
  const struct {
    std::chrono::milliseconds duration;
    const char* text;
  } table[] = {{0ms, "0s"},        {1ms, "1ms"},      {999ms, "999ms"},   {1000ms, "1s"},
               {1099ms, "1s"},     {1500ms, "1.5s"},  {9999ms, "9.9s"},   {10s, "10s"},
               {59999ms, "59s"},   {75s, "75s"},      {119999ms, "119s"}, {120s, "2m"},
               {298s, "4m58s"},    {3599s, "59m59s"}, {1h, "1h"},         {7500s, "2h5m"},
               {86399s, "23h59m"}, {24h, "1d"},       {76h, "3d4h"},      {-5s, "-5s"}};
  for (const auto& [duration, text] : table) CHECK(format_duration(duration) == text);
}

TEST_CASE("time stamps of all years with four digits are written as they are read") {
  for (std::int64_t day = -719'528; day < 2'932'897; day += 97) {  // from 0000-01-01 to 9999-12-31
    const WallTime time{std::chrono::days{day} + std::chrono::milliseconds{day & 0x3ff'ffff}};
    CAPTURE(format_timestamp(time));
    CHECK(parse_timestamp(format_timestamp(time)) == time);
  }
  CHECK(format_timestamp(WallTime{std::chrono::days{-719'528}}) == "0000-01-01T00:00:00.000Z");
  CHECK(format_timestamp(WallTime{std::chrono::days{-719'528}} - 1ms) ==
        "-001-12-31T23:59:59.999Z");
  CHECK(format_timestamp(WallTime{std::chrono::days{2'932'897}} - 1ms) ==
        "9999-12-31T23:59:59.999Z");
  CHECK(format_timestamp(WallTime{std::chrono::days{2'932'897}}) == "10000-01-01T00:00:00.000Z");
  std::string text{"at "};
  append_timestamp(WallTime{}, text);
  CHECK(text == "at 1970-01-01T00:00:00.000Z");
}

TEST_CASE("time stamps are RFC 3339 in UTC, both ways") {
  const WallTime time{1'700'000'000'123ms};
  CHECK(format_timestamp(time) == "2023-11-14T22:13:20.123Z");
  CHECK(parse_timestamp("2023-11-14T22:13:20.123Z") == time);
  CHECK(parse_timestamp("2023-11-14T22:13:20Z") == time - 123ms);
  CHECK(parse_timestamp("2023-11-14T22:13:20.123456789Z") == time);
  for (const auto* text :
       {"", "Z", "2023-11-14T22:13:20", "2023-11-14 22:13:20Z", "2023-02-30T00:00:00Z",
        "2023-11-14T24:00:00Z", "2023-11-14T22:60:00Z", "2023-11-14T22:13:20.Z",
        "2023-11-14T22:13:20.1234567890Z", "2023-11-14T22:13:20+00:00Z"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_timestamp(text));
  }
}
