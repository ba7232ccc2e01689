#include "core/field.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

TEST_CASE("a path leads through names and places, the longest name first") {
  const auto json = nlohmann::ordered_json::parse(
      R"({"a":{"b":1,"b.c":2},"a.b":{"c":3,"d":4},"list":[5,{"x":6}],"x":{"":7},"":8})");
  const auto at = [&](const char* path) {
    const auto* found = probe::find_field(json, path);
    return found != nullptr && found->is_number() ? found->get<int>() : -1;
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

TEST_CASE("a name with dots that leads nowhere does not hide a shorter one") {
  const auto json = nlohmann::ordered_json::parse(R"({"a.b":{"x":1},"a":{"b":{"c":2}}})");
  const auto* found = probe::find_field(json, "a.b.c");
  REQUIRE(found != nullptr);
  CHECK(*found == 2);
}
