#include "cli/values.hpp"

#include <doctest/doctest.h>

#include <vector>

TEST_CASE("the nearest candidate differs in at most a third of its characters") {
  const std::vector<std::string> options{"--timeout", "--ttl", "--quiet"};
  CHECK(probe::nearest("--timeout", options) == "--timeout");
  CHECK(probe::nearest("--timeot", options) == "--timeout");
  CHECK(probe::nearest("--tiemout", options) == "--timeout");
  CHECK(probe::nearest("--ttx", options) == "--ttl");
  CHECK(probe::nearest("--timexxxx", options) == "--timeout");
  CHECK(probe::nearest("--timexxxxx", options).empty());
  CHECK(probe::nearest("--zzzzz", options).empty());
  CHECK(probe::nearest("", options).empty());
  CHECK(probe::nearest("x", {}).empty());
  CHECK(probe::nearest(std::string(100'000, 'a'), options).empty());
}

TEST_CASE("a value in a message is printable, short, and without a possible password") {
  CHECK(probe::shown("5x") == "5x");
  CHECK(probe::shown("a\x1b\n") == "a\\x1b\\n");
  CHECK(probe::shown("redis://:hunter2@h") == "redis://***");
  CHECK(probe::shown(std::string(80, 'a')) == std::string(80, 'a'));
  CHECK(probe::shown(std::string(81, 'a')).size() == 80);
}
