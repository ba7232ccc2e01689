#include "redis/url.hpp"

#include <doctest/doctest.h>

#include <string>

using heartbeat::redis::Endpoint;
using heartbeat::redis::parse_url;
using heartbeat::redis::to_string;

TEST_CASE("a URL of Redis is read as redis-py reads it") {
  const struct {
    const char* url;
    Endpoint endpoint;
  } table[] = {
      {"redis://", {}},
      {"redis://redis", {.host = "redis"}},
      {"REDIS://Redis.Example:7000", {.host = "redis.example", .port = 7000}},
      {"valkey://h:1", {.host = "h", .port = 1}},
      {"redis://h:65535", {.host = "h", .port = 65535}},
      {"redis://h:0", {.host = "h"}},
      {"redis://h:", {.host = "h"}},
      {"redis://:7000", {.port = 7000}},
      {"redis://h\n", {.host = "h"}},
      {"redis://h\r\n", {.host = "h"}},
      {"redis://:pw@h", {.host = "h", .password = "pw"}},
      {"redis://user@h", {.host = "h", .username = "user"}},
      {"redis://user:pw@h:1", {.host = "h", .port = 1, .username = "user", .password = "pw"}},
      {"redis://u:p@ss@h", {.host = "h", .username = "u", .password = "p@ss"}},
      {"redis://u:p:w@h", {.host = "h", .username = "u", .password = "p:w"}},
      {"redis://u%3A:%40%2f+@h", {.host = "h", .username = "u:", .password = "@/+"}},
      {"redis://:p%ss%zz%4@h", {.host = "h", .password = "p%ss%zz%4"}},
      {"redis://:a%00b@h", {.host = "h", .password = std::string{"a\0b", 3}}},
      {"redis://[::1]", {.host = "::1"}},
      {"redis://u:p@[FE80::1%25eth0]:7000",
       {.host = "fe80::1%eth0", .port = 7000, .username = "u", .password = "p"}},
      {"redis://h/2", {.host = "h", .database = 2}},
      {"redis://h/%32", {.host = "h", .database = 2}},
      {"redis://h/1/2", {.host = "h", .database = 12}},
      {"redis://h/", {.host = "h"}},
      {"redis://h/cache", {.host = "h"}},
      {"redis://h/1?db=3", {.host = "h", .database = 3}},
      {"redis://h?db=&db=4#5", {.host = "h", .database = 4}},
      {"redis://h/2147483647", {.host = "h", .database = 2147483647}},
      {"redis://h?socket_timeout=3&db=1", {.host = "h", .database = 1}},
      {"redis://h?username=u&password=p%40@", {.host = "h", .username = "u", .password = "p@@"}},
      {"redis://a:b@h?username=u&password=p", {.host = "h", .username = "a", .password = "b"}},
      {"unix:///run/redis.sock", {.unix_path = "/run/redis.sock"}},
      {"unix://localhost/run/redis.sock", {.unix_path = "/run/redis.sock"}},
      {"unix://u:p@/s.sock?db=2",
       {.unix_path = "/s.sock", .username = "u", .password = "p", .database = 2}},
      {"unix:///s.sock/2?password=p", {.unix_path = "/s.sock/2", .password = "p"}},
      {"unix:///run/a%20b@c", {.unix_path = "/run/a b@c"}},
  };
  for (const auto& row : table) {
    CAPTURE(row.url);
    const auto endpoint = parse_url(row.url);
    REQUIRE(endpoint.has_value());
    CHECK(endpoint->host == row.endpoint.host);
    CHECK(endpoint->port == row.endpoint.port);
    CHECK(endpoint->unix_path == row.endpoint.unix_path);
    CHECK(endpoint->username == row.endpoint.username);
    CHECK(endpoint->password == row.endpoint.password);
    CHECK(endpoint->database == row.endpoint.database);
  }
}

TEST_CASE("a bad URL is refused with one line that says what is accepted") {
  const struct {
    const char* url;
    const char* complaint;
  } table[] = {
      {"", "the URL is empty (accepted: redis://HOST:PORT or unix:///PATH)"},
      {"\n", "the URL is empty (accepted: redis://HOST:PORT or unix:///PATH)"},
      {"redis:6379", "the URL has no scheme (accepted: redis://HOST:PORT or unix:///PATH)"},
      {"://h", "the URL has no scheme (accepted: redis://HOST:PORT or unix:///PATH)"},
      {"http://h", "scheme 'http' is not one of redis://, unix://, valkey://"},
      {"rediss://h", "rediss:// is not supported: this build speaks no TLS"},
      {"valkeys://h", "valkeys:// is not supported: this build speaks no TLS"},
      {"redis-sentinel://h:1,i:2/m/0",
       "redis-sentinel:// is not supported: name the master, as in redis://HOST:PORT"},
      {" redis://h", "the URL holds a space or a control character: write a space as %20"},
      {"redis://a\tb", "the URL holds a space or a control character: write a space as %20"},
      {"redis://a%0Ab", "the host holds a space or a control character"},
      {"redis://u:p@h:abc", "port 'abc' is not a number from 1 to 65535"},
      {"redis://u:p@h:65536", "port '65536' is not a number from 1 to 65535"},
      {"redis://u:p@h:-1", "port '-1' is not a number from 1 to 65535"},
      {"redis://h:abc", "the port is not a number from 1 to 65535"},
      {"redis://::1:6379", "the port holds ':' (an IPv6 address needs brackets, as in [::1])"},
      {"redis://[::1", "the host is not [IPV6] or [IPV6]:PORT"},
      {"redis://[]:1", "the host is not [IPV6] or [IPV6]:PORT"},
      {"redis://[::1]6379", "the host is not [IPV6] or [IPV6]:PORT"},
      {"redis://h/2147483648", "database '2147483648' is not a number from 0 to 2147483647"},
      {"redis://h/-1", "database '-1' is not a number from 0 to 2147483647"},
      {"redis://h?db=x", "database 'x' is not a number from 0 to 2147483647"},
      {"unix://", "the unix:// URL has no path (accepted: unix:///PATH)"},
      {"unix:///", "the unix:// URL has no path (accepted: unix:///PATH)"},
      {"unix://u:p@?db=1", "the unix:// URL has no path (accepted: unix:///PATH)"},
      {"unix://tmp/x.sock",
       "a unix:// URL takes a path from the root, as in unix:///run/redis.sock"},
      {"unix:///a%00b", "the path of the unix:// URL holds a control character"},
  };
  for (const auto& row : table) {
    CAPTURE(row.url);
    const auto endpoint = parse_url(row.url);
    REQUIRE_FALSE(endpoint.has_value());
    CHECK(endpoint.error() == row.complaint);
  }
}

TEST_CASE("no complaint shows a piece of the password") {
  const struct {
    const char* url;
    const char* complaint;
  } table[] = {
      {"redis://:sec/ret@h:1", "the password seems to hold '/': write it as %2F"},
      {"redis://u:sec?ret@h", "the password seems to hold '?': write it as %3F"},
      {"redis://u:sec#ret@h", "the password seems to hold '#': write it as %23"},
      {"redis://u:sec?a=ret@h", "the password seems to hold '?': write it as %3F"},
      {"redis://u:sec@ret/sec@h", "the password seems to hold '/': write it as %2F"},
      {"redis://u:123/sec@h", "the password seems to hold '/': write it as %2F"},
      {"redis://u:1?db=sec@h", "the password seems to hold '?': write it as %3F"},
      {"unix://u:sec/ret@/run/redis.sock", "the password seems to hold '/': write it as %2F"},
      {"redis://u:secret", "the port is not a number from 1 to 65535"},
      {"redis://:secret/0", "the port is not a number from 1 to 65535"},
      {"u:secret@h", "the URL has no scheme (accepted: redis://HOST:PORT or unix:///PATH)"},
      {"u:sec://ret@h", "the URL has no scheme (accepted: redis://HOST:PORT or unix:///PATH)"},
      {"redis://u:sec ret@h", "the URL holds a space or a control character: write a space as %20"},
  };
  for (const auto& row : table) {
    CAPTURE(row.url);
    const auto endpoint = parse_url(row.url);
    REQUIRE_FALSE(endpoint.has_value());
    CHECK(endpoint.error() == row.complaint);
  }
}

TEST_CASE("an endpoint is named without its secrets") {
  CHECK(to_string({.host = "redis", .username = "u", .password = "p"}) == "redis:6379");
  CHECK(to_string({.host = "::1", .port = 7000}) == "[::1]:7000");
  CHECK(to_string({.unix_path = "/run/redis.sock", .password = "p"}) == "/run/redis.sock");
}
