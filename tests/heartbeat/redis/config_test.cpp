#include "redis/config.hpp"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <string>

#include "redis/tls.hpp"

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
  return endpoint ? endpoint->hosts.front().name : endpoint.error();
}

/// A file that is removed at the end of the test.
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
  CHECK(endpoint_from(environment(secrets), "")->login.username == "env");
  CHECK(endpoint_from(environment(secrets), "")->login.password == "pw");
  CHECK(endpoint_from(environment(secrets), "redis://u@h")->login.username == "u");
  CHECK(endpoint_from(environment(secrets), "redis://u@h")->login.password == "pw");
  CHECK(endpoint_from(environment(secrets), "redis://:p@h")->login.username == "env");
  CHECK(endpoint_from(environment(secrets), "redis://:p@h")->login.password == "p");

  const Map file{{"REDIS_PASSWORD_FILE", "/s"}};
  CHECK(endpoint_from(environment(file, {{"/s", "from file"}}), "")->login.password == "from file");
  CHECK(endpoint_from(environment(file), "redis://:p@h")->login.password == "p");
}

TEST_CASE("redis-cli's variable is the last resort for a password") {
  Map variables{{"REDISCLI_AUTH", "cli"}};
  CHECK(endpoint_from(environment(variables), "")->login.password == "cli");
  variables["REDIS_PASSWORD_FILE"] = "/s";
  CHECK(endpoint_from(environment(variables, {{"/s", "file"}}), "")->login.password == "file");
}

TEST_CASE("sentinels have a user and a password of their own") {
  const Map variables{{"REDIS_PASSWORD", "data"},
                      {"REDIS_SENTINEL_USERNAME", "watcher"},
                      {"REDIS_SENTINEL_PASSWORD_FILE", "/s"}};
  const auto from = environment(variables, {{"/s", "sentinel"}});
  const auto endpoint = endpoint_from(from, "redis-sentinel://h/m");
  CHECK(endpoint->login == redis::Login{.password = "data", .password_variable = "REDIS_PASSWORD"});
  CHECK(endpoint->sentinels->login == redis::Login{"watcher", "sentinel"});
  CHECK(
      endpoint_from(from, "redis-sentinel://h/m?sentinel_password=p")->sentinels->login.password ==
      "p");
  // Where there are none, their file is not even opened.
  CHECK(endpoint_from(environment(variables), "redis://h").has_value());
}

TEST_CASE("the origin of every part is reported") {
  redis::Origins origins;
  const Map variables{{"REDIS_URL_FILE", "/u"}, {"REDIS_PASSWORD", "pw"}};
  REQUIRE(endpoint_from(environment(variables, {{"/u", "redis://u@h"}}), "", &origins));
  CHECK(origins.url == "REDIS_URL_FILE");
  CHECK(origins.username == "the URL");
  CHECK(origins.password == "REDIS_PASSWORD");
  redis::Origins none;
  REQUIRE(endpoint_from(environment({}), "", &none));
  CHECK(none.url == "default");
  CHECK(none.password.empty());
}

TEST_CASE("trusted certificates come from the URL, else from OpenSSL's variables") {
  if (!redis::has_tls()) return;
  const Map both{{"SSL_CERT_FILE", "/f"}, {"SSL_CERT_DIR", "/d"}};
  CHECK(endpoint_from(environment(both), "rediss://h")->tls->ca_file == "/f");
  CHECK(endpoint_from(environment(both), "rediss://h")->tls->ca_directory == "/d");
  const auto named = endpoint_from(environment(both), "rediss://h?ssl_ca_certs=/own");
  CHECK(named->tls->ca_file == "/own");
  CHECK(named->tls->ca_directory.empty());
}

TEST_CASE("a captured environment keeps its variables, and reads files anew") {
  Map variables{{"REDIS_PASSWORD_FILE", "/s"}, {"REDIS_USERNAME", "u"}};
  std::string secret = "old";
  const redis::Environment live{
      .variable = [&](const char* name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional{found->second};
      },
      .file = [&](const std::string&) -> tl::expected<std::string, std::string> { return secret; }};
  const auto captured = redis::captured(live);
  variables["REDIS_USERNAME"] = "another";
  secret = "new";
  CHECK(endpoint_from(captured, "")->login == redis::Login{"u", "new", "REDIS_PASSWORD_FILE"});
}

TEST_CASE("an error names the variable and shows no secret") {
  CHECK(host(environment({{"REDIS_URL", "redis://u:p@h:abc"}})) ==
        "REDIS_URL: port 'abc' is not a number from 1 to 65535");
  CHECK(host(environment({{"HEARTBEAT_REDIS_URL", "redis://u:se/cret@h"}})) ==
        "HEARTBEAT_REDIS_URL: the password seems to hold '/': write it as %2F");
  CHECK(host(environment({{"REDIS_URL_FILE", "/u"}}, {{"/u", "ftp://h"}})) ==
        "REDIS_URL_FILE: scheme 'ftp' is not one of redis://, rediss://, unix://, "
        "redis-sentinel://, valkey://");
  CHECK(host(environment({{"REDIS_URL_FILE", "/u"}})) ==
        "REDIS_URL_FILE: cannot read /u: No such file or directory");
  CHECK(host(environment({{"REDIS_PASSWORD_FILE", "/p"}})) ==
        "REDIS_PASSWORD_FILE: cannot read /p: No such file or directory");
  CHECK(host(environment({{"REDIS_URL", "redis://c"}, {"REDIS_PASSWORD_FILE", "/p"}},
                         {{"/p", ""}})) == "REDIS_PASSWORD_FILE: /p is empty");
  CHECK(host(environment({{"REDIS_URL", "redis://c"}}), "redis://u:p@h:x") ==
        "port 'x' is not a number from 1 to 65535");
}

TEST_CASE("the environment of the process treats an empty variable as unset") {
  const auto environment = redis::process_environment();
  setenv("HEARTBEAT_TEST_VARIABLE", "value", 1);
  CHECK(environment.variable("HEARTBEAT_TEST_VARIABLE") == "value");
  setenv("HEARTBEAT_TEST_VARIABLE", "\xef\xbb\xbfvalue\r", 1);
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
  const TemporaryFile marked{"\xEF\xBB\xBFsecret\r\n"};
  CHECK(read(marked.path()) == "secret");
  const TemporaryFile empty{""};
  CHECK(read(empty.path()) == "");
  const TemporaryFile full{std::string(64 * 1024, 'x')};
  CHECK(read(full.path()) == std::string(64 * 1024, 'x'));
  const TemporaryFile overfull{std::string(64 * 1024 + 1, 'x')};
  CHECK(read(overfull.path()).error() == "cannot read " + overfull.path() + ": larger than 64 KiB");
  CHECK(read("/no/such").error() == "cannot read /no/such: No such file or directory");
  CHECK(read("/tmp").error() == "cannot read /tmp: Is a directory");
}

TEST_CASE("the URL `none` means that there is no Redis") {
  const auto none_of = [](Map variables, const char* url = "") {
    return redis::source_of_none(environment(std::move(variables)), url).value_or("nothing");
  };
  CHECK(none_of({}) == "nothing");
  CHECK(none_of({}, "none") == "redis_url");
  CHECK(none_of({{"HEARTBEAT_REDIS_URL", "none"}}) == "HEARTBEAT_REDIS_URL");
  CHECK(none_of({{"HEARTBEAT_REDIS_URL", "none"}, {"REDIS_URL", "redis://h"}}) ==
        "HEARTBEAT_REDIS_URL");
  CHECK(none_of({{"REDIS_URL", "none"}}) == "REDIS_URL");
  // What has precedence names a Redis.
  CHECK(none_of({{"HEARTBEAT_REDIS_URL", "redis://h"}, {"REDIS_URL", "none"}}) == "nothing");
  CHECK(none_of({{"HEARTBEAT_REDIS_URL_FILE", "/url"}, {"REDIS_URL", "none"}}) == "nothing");
  CHECK(none_of({{"HEARTBEAT_REDIS_URL", "none"}}, "redis://h") == "nothing");
  // A file of that name, and other words.
  CHECK(none_of({{"REDIS_URL_FILE", "none"}}) == "nothing");
  CHECK(none_of({{"REDIS_URL", "None"}}) == "nothing");
  CHECK(none_of({{"REDIS_URL", "none "}}) == "nothing");

  CHECK(host(environment({{"REDIS_URL", "none"}})).starts_with("REDIS_URL: none is for a service"));
}
