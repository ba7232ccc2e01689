#include "core/expectation.hpp"

#include <doctest/doctest.h>

#include <array>

#include "document/json_value.hpp"

namespace {

constexpr const char* document =
    R"({"status":"healthy","error_count":12,"ratio":0.5,"connected":true,"last_activity":null,)"
    R"("reason":"a b","nan":NaN,"checks":{"ticks.received":{"value":75.1}},"list":[1],"neg":-3})";

/// Empty if the expectation holds.
std::string complaint(const char* text, const char* about = document) {
  const auto expectation = probe::parse_expectation(text);
  REQUIRE_MESSAGE(expectation, text);
  const auto json = heartbeat::parse_json(about).value();
  return probe::unmet_expectations(json, std::array{*expectation});
}

}  // namespace

TEST_CASE("expectations that hold") {
  for (const auto* text : {"error_count < 13",
                           "error_count <= 12",
                           "error_count > 11",
                           "error_count >= 12",
                           "error_count == 12",
                           "error_count = 12",
                           "error_count != 5",
                           "error_count<13",
                           "  error_count  ==  12.0  ",
                           "ratio == 0.5",
                           "neg > -4",
                           "neg == -3e0",
                           "connected == true",
                           "connected != false",
                           "last_activity == null",
                           "connected != null",
                           "nan == null",
                           "status == healthy",
                           "status == \"healthy\"",
                           "status != sick",
                           "reason == \"a b\"",
                           "checks.ticks.received.value > 75",
                           "list.0 == 1",
                           "checks != null"}) {
    CAPTURE(text);
    CHECK(complaint(text) == "");
  }
}

TEST_CASE("an expectation that does not hold names the value found") {
  struct Row {
    const char* text;
    const char* complaint;
  };
  for (const auto& row : {
           Row{"error_count < 12", "error_count is 12, expected < 12"},
           Row{"error_count > 12", "error_count is 12, expected > 12"},
           Row{"error_count=5", "error_count is 12, expected == 5"},
           Row{"connected == false", "connected is true, expected == false"},
           Row{"status == sick", "status is \"healthy\", expected == sick"},
           Row{"last_activity != null", "last_activity is null, expected != null"},
           Row{"x.y == 1", "no field 'x.y', expected == 1"},
           Row{"x != 1", "no field 'x', expected != 1"},
           Row{"x == null", "no field 'x', expected == null"},
           Row{"status < 5", "status is \"healthy\", which cannot be compared, expected < 5"},
           Row{"status != 5", "status is \"healthy\", which cannot be compared, expected != 5"},
           Row{"error_count == \"12\"",
               "error_count is 12, which cannot be compared, expected == \"12\""},
           Row{"nan < 1", "nan is null, which cannot be compared, expected < 1"},
           Row{"checks == 1", "checks is an object, which cannot be compared, expected == 1"},
           Row{"list == 1", "list is an array, which cannot be compared, expected == 1"},
       }) {
    CAPTURE(row.text);
    CHECK(complaint(row.text) == row.complaint);
  }
}

TEST_CASE("a wrong expectation is refused with a reason") {
  struct Row {
    const char* text;
    const char* complaint;
  };
  constexpr const char* grammar =
      "has no comparison (accepted: FIELD OP VALUE, OP one of < <= > >= == !=)";
  for (const auto& row : {
           Row{"", grammar},
           Row{"error_count", grammar},
           Row{"a ! b", grammar},
           Row{"< 5", "names no field before the comparison"},
           Row{"a <", "has no value after the comparison"},
           Row{"a < b", "needs a number after <"},
           Row{"a >= true", "needs a number after >="},
           Row{"a < 5x", "needs a number after <"},
           Row{"a === 5",
               "has the value = 5, which is no number, true, false, null, \"quoted "
               "text\" or single word"},
           Row{"a == b c",
               "has the value b c, which is no number, true, false, null, \"quoted "
               "text\" or single word"},
           Row{"a == [1]",
               "has the value [1], which is no number, true, false, null, \"quoted "
               "text\" or single word"},
       }) {
    CAPTURE(row.text);
    const auto expectation = probe::parse_expectation(row.text);
    REQUIRE_FALSE(expectation);
    CHECK(expectation.error() == row.complaint);
  }
}

TEST_CASE("a long value is cut, a hostile document does no harm") {
  const auto text = R"({"status":"healthy","x":")" + std::string(60'000, 'y') + "\"}";
  CHECK(complaint("x == 1", text.c_str()).size() < 150);
  const auto deep =
      R"({"status":"healthy","x":)" + std::string(800, '[') + std::string(800, ']') + "}";
  CHECK(complaint("x == 1", deep.c_str()) ==
        "x is an array, which cannot be compared, expected == 1");
}

TEST_CASE("a path leads through names and indices, the longest name first") {
  const auto json =
      heartbeat::parse_json(
          R"({"a":{"b":1,"b.c":2},"a.b":{"c":3,"d":4},"list":[5,{"x":6}],"x":{"":7},"":8})")
          .value();
  const auto at = [&](const char* path) {
    const auto* found = probe::find_field(json, path);
    return found != nullptr ? found->number().value_or(-1) : -1;
  };
  CHECK(at("a.b.c") == 3);  // not a → b.c
  CHECK(at("a.b.d") == 4);
  CHECK(at("list.0") == 5);
  CHECK(at("list.1.x") == 6);
  for (const auto* path : {"a.c", "list.2", "list.-1", "list.x", "list.0.x", "a..b", ".", "", "b",
                           "list.99999999999999999999"}) {
    CAPTURE(path);
    CHECK(at(path) == -1);
  }
}

TEST_CASE("a name with dots that leads to no field does not hide a shorter one") {
  const auto json = heartbeat::parse_json(R"({"a.b":{"x":1},"a":{"b":{"c":2}}})").value();
  const auto* found = probe::find_field(json, "a.b.c");
  REQUIRE(found != nullptr);
  CHECK(found->number() == 2);
}
