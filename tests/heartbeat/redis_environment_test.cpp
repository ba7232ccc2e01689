#include "redis/environment.hpp"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <string>

namespace redis = heartbeat::redis;
using redis::endpoint_from;

namespace {

using Map = std::map<std::string, std::string>;

redis::Environment environment(Map variables, Map files = {}) {
  return {.variable = [variables](const char* name) -> std::optional<std::string> {
            const auto found = variables.find(name);
            return found == variables.end() ? std::nullopt : std::optional{found->second};
          },
          .file = [files](const std::string& path) -> tl::expected<std::string, std::string> {
            const auto found = files.find(path);
            if (found == files.end())
              return tl::unexpected{"cannot read " + path + ": No such file or directory"};
            return found->second;
          }};
}

std::string host(const redis::Environment& from, const char* url = "") {
  const auto endpoint = endpoint_from(from, url);
  return endpoint ? endpoint->host : endpoint.error();
}

/// A file of its own, gone at the end of the test.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& text) {
    const int fd = mkstemp(path_);
    REQUIRE(fd >= 0);
    close(fd);
    std::ofstream{path_} << text;
  }
  ~TemporaryFile() { unlink(path_); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  std::string path() const { return path_; }

 private:
  char path_[32] = "/tmp/environment_test.XXXXXX";
};

}  // namespace

TEST_CASE("the first of option, HEARTBEAT_REDIS_URL, its file, REDIS_URL and its file counts") {
  Map variables{{"HEARTBEAT_REDIS_URL", "redis://a"},
                {"HEARTBEAT_REDIS_URL_FILE", "/b"},
                {"REDIS_URL", "redis://c"},
                {"REDIS_URL_FILE", "/d"}};
  const Map files{{"/b", "redis://b"}, {"/d", "redis://d"}};
  CHECK(host(environment(variables, files), "redis://option") == "option");
  CHECK(host(environment(variables, files)) == "a");
  variables.erase("HEARTBEAT_REDIS_URL");
  CHECK(host(environment(variables, files)) == "b");
  variables.erase("HEARTBEAT_REDIS_URL_FILE");
  CHECK(host(environment(variables, files)) == "c");
  variables.erase("REDIS_URL");
  CHECK(host(environment(variables, files)) == "d");
  CHECK(host(environment({})) == "127.0.0.1");
}

TEST_CASE("user name and password fill what the URL leaves out") {
  const Map secrets{{"REDIS_USERNAME", "env"}, {"REDIS_PASSWORD", "pw"}};
  CHECK(endpoint_from(environment(secrets), "")->username == "env");
  CHECK(endpoint_from(environment(secrets), "")->password == "pw");
  CHECK(endpoint_from(environment(secrets), "redis://u@h")->username == "u");
  CHECK(endpoint_from(environment(secrets), "redis://u@h")->password == "pw");
  CHECK(endpoint_from(environment(secrets), "redis://:p@h")->username == "env");
  CHECK(endpoint_from(environment(secrets), "redis://:p@h")->password == "p");

  const Map file{{"REDIS_PASSWORD_FILE", "/s"}};
  CHECK(endpoint_from(environment(file, {{"/s", "from file"}}), "")->password == "from file");
  CHECK(endpoint_from(environment(file), "redis://:p@h")->password == "p");
}

TEST_CASE("a complaint names the variable, and shows no secret") {
  CHECK(host(environment({{"REDIS_URL", "redis://u:p@h:abc"}})) ==
        "REDIS_URL: port 'abc' is not a number from 1 to 65535");
  CHECK(host(environment({{"HEARTBEAT_REDIS_URL", "redis://u:se/cret@h"}})) ==
        "HEARTBEAT_REDIS_URL: the password seems to hold '/': write it as %2F");
  CHECK(host(environment({{"REDIS_URL_FILE", "/u"}}, {{"/u", "ftp://h"}})) ==
        "REDIS_URL_FILE: scheme 'ftp' is not one of redis://, unix://, valkey://");
  CHECK(host(environment({{"REDIS_URL_FILE", "/u"}})) ==
        "REDIS_URL_FILE: cannot read /u: No such file or directory");
  CHECK(host(environment({{"REDIS_PASSWORD_FILE", "/p"}})) ==
        "REDIS_PASSWORD_FILE: cannot read /p: No such file or directory");
  CHECK(host(environment({{"REDIS_URL", "redis://c"}}), "redis://u:p@h:x") ==
        "port 'x' is not a number from 1 to 65535");
}

TEST_CASE("the environment of the process treats an empty variable as unset") {
  const auto environment = redis::process_environment();
  setenv("HEARTBEAT_TEST_VARIABLE", "value", 1);
  CHECK(environment.variable("HEARTBEAT_TEST_VARIABLE") == "value");
  setenv("HEARTBEAT_TEST_VARIABLE", "", 1);
  CHECK(environment.variable("HEARTBEAT_TEST_VARIABLE") == std::nullopt);
  unsetenv("HEARTBEAT_TEST_VARIABLE");
  CHECK(environment.variable("HEARTBEAT_TEST_VARIABLE") == std::nullopt);
}

TEST_CASE("a file is read without its trailing newlines, up to 64 KiB") {
  const auto read = redis::process_environment().file;
  const TemporaryFile secret{" se cret\r\n\n"};
  CHECK(read(secret.path()) == " se cret");
  const TemporaryFile empty{""};
  CHECK(read(empty.path()) == "");
  const TemporaryFile full{std::string(64 * 1024, 'x')};
  CHECK(read(full.path()) == std::string(64 * 1024, 'x'));
  const TemporaryFile overfull{std::string(64 * 1024 + 1, 'x')};
  CHECK(read(overfull.path()).error() == "cannot read " + overfull.path() + ": larger than 64 KiB");
  CHECK(read("/no/such").error() == "cannot read /no/such: No such file or directory");
  CHECK(read("/tmp").error() == "cannot read /tmp: Is a directory");
}
