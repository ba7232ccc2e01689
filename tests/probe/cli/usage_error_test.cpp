#include "cli/usage_error.hpp"

#include <doctest/doctest.h>

#include <vector>

TEST_CASE("the nearest candidate is one of which at most a third differs") {
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

TEST_CASE("a value is shown printable, short and without what may be a password") {
  CHECK(probe::shown("5x") == "5x");
  CHECK(probe::shown("a\x1b\n") == "a\\x1b\\n");
  CHECK(probe::shown("redis://:hunter2@h") == "redis://***");
  CHECK(probe::shown(std::string(80, 'a')) == std::string(80, 'a'));
  CHECK(probe::shown(std::string(81, 'a')).size() == 80);
}
