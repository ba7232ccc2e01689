#include "process/process.hpp"

#include <doctest/doctest.h>
#include <sys/prctl.h>

#include <string>

namespace {

std::string hidden(std::string argument) {
  char* const arguments[] = {argument.data()};
  probe::hide_passwords(arguments);
  return argument;
}

}  // namespace

TEST_CASE("the password of a URL is overwritten where it stands, and nothing else") {
  CHECK(hidden("redis://u:pw@h:1/2") == "redis://****@h:1/2");
  CHECK(hidden("--redis=redis://:p@ss@h") == "--redis=redis://*****@h");
  CHECK(hidden("redis://h/0?password=pw&db=1") == "redis://h/0?****************");
  CHECK(hidden("redis://h?ssl_password=pw") == "redis://h?ssl_***********");
  for (const auto* same : {"redis://h:1", "ingestion", "user@host", "redis://@h", ""})
    CHECK(hidden(same) == same);
}

TEST_CASE("a process cannot be dumped while the hardening lasts") {
  const int before = prctl(PR_GET_DUMPABLE);
  {
    const probe::Hardening hardening;
    CHECK(prctl(PR_GET_DUMPABLE) == 0);
  }
  CHECK(prctl(PR_GET_DUMPABLE) == 1);
  prctl(PR_SET_DUMPABLE, before);
}
