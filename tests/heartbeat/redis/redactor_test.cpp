#include "redis/error.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace heartbeat::redis;

namespace {

Redactor redactor_of(std::string_view secret) {
  Redactor redactor;
  redactor.add(secret);
  return redactor;
}

}  // namespace

TEST_CASE("a secret is redacted wherever it occurs") {
  CHECK(redactor_of("hunter2")("AUTH hunter2 failed: hunter2") == "AUTH *** failed: ***");
  CHECK(redactor_of("hunter2")("hunter2hunter2") == "******");
  CHECK(redactor_of("hunter2")("nothing here") == "nothing here");
  CHECK(redactor_of("")("unchanged") == "unchanged");
  CHECK(redactor_of("*")("a*b") == "a***b");
  CHECK(redactor_of({"\0", 1})(std::string{"x\0y", 3}) == "x***y");
}

TEST_CASE("a secret is redacted in its percent-encoded form, too") {
  CHECK(redactor_of("p@ss/w")("redis://:p%40ss%2Fw@h and p@ss/w") == "redis://:***@h and ***");
}

TEST_CASE("all secrets of an endpoint are redacted, the longest first") {
  const Redactor redactor{{.login = {"user", "pass"},
                           .tls = {{.key_password = "keypass"}},
                           .sentinels = {{"m", {"s", "passport"}}}}};
  CHECK(redactor("user pass keypass passport") == "user *** *** ***");
}

TEST_CASE("a user name without a password may be the password") {
  const auto shown = [](const Login& login) {
    const Redactor redactor{{.login = login, .sentinels = {{"m", login}}}};
    return redactor(login.username);
  };
  CHECK(shown({"hunter2", ""}) == "***");
  CHECK(shown({"hunter2", "pass"}) == "hunter2");
  CHECK(shown({"four", ""}) == "***");
  CHECK(shown({"six", ""}) == "six");
  CHECK(shown({"default", ""}) == "default");
}

TEST_CASE("a user name without a password is never shown as one") {
  CHECK(shown_user({"hunter2", ""}) == "***");
  CHECK(shown_user({"six", ""}) == "***");
  CHECK(shown_user({"probe", "pass"}) == "probe");
  CHECK(shown_user({"", "pass"}).empty());
  CHECK(shown_user({}).empty());
}
