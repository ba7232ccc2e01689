#include "redis/url.hpp"

#include <doctest/doctest.h>

#include <string>

#include "redis/tls.hpp"

using namespace heartbeat::redis;

TEST_CASE("a URL of Redis is read as redis-py reads it") {
  const struct {
    const char* url;
    Endpoint endpoint;
  } table[] = {
      {"redis://", {}},
      {"redis://redis", {.hosts = {{"redis"}}}},
      {"REDIS://Redis.Example:7000", {.hosts = {{"redis.example", 7000}}}},
      {"valkey://h:1", {.hosts = {{"h", 1}}}},
      {"redis://h:65535", {.hosts = {{"h", 65535}}}},
      {"redis://h:0", {.hosts = {{"h"}}}},
      {"redis://h:", {.hosts = {{"h"}}}},
      {"redis://:7000", {.hosts = {{"127.0.0.1", 7000}}}},
      {"redis://h\n", {.hosts = {{"h"}}}},
      {"redis://h\r\n", {.hosts = {{"h"}}}},
      {"redis://a:1,b,[::1]:3/4", {.hosts = {{"a", 1}, {"b"}, {"::1", 3}}, .database = 4}},
      {"redis://:pw@h", {.hosts = {{"h"}}, .login = {.password = "pw"}}},
      {"redis://user@h", {.hosts = {{"h"}}, .login = {.username = "user"}}},
      {"redis://user:pw@h:1", {.hosts = {{"h", 1}}, .login = {"user", "pw"}}},
      {"redis://u:p@ss@h", {.hosts = {{"h"}}, .login = {"u", "p@ss"}}},
      {"redis://u:p:w@h", {.hosts = {{"h"}}, .login = {"u", "p:w"}}},
      {"redis://u:p,w@h,i", {.hosts = {{"h"}, {"i"}}, .login = {"u", "p,w"}}},
      {"redis://u%3A:%40%2f+@h", {.hosts = {{"h"}}, .login = {"u:", "@/+"}}},
      {"redis://:p%ss%zz%4@h", {.hosts = {{"h"}}, .login = {.password = "p%ss%zz%4"}}},
      {"redis://:a%00b@h", {.hosts = {{"h"}}, .login = {.password = std::string{"a\0b", 3}}}},
      {"redis://[::1]", {.hosts = {{"::1"}}}},
      {"redis://u:p@[FE80::1%25eth0]:7000",
       {.hosts = {{"fe80::1%eth0", 7000}}, .login = {"u", "p"}}},
      {"redis://h/2", {.hosts = {{"h"}}, .database = 2}},
      {"redis://h/%32", {.hosts = {{"h"}}, .database = 2}},
      {"redis://h/1/2", {.hosts = {{"h"}}, .database = 12}},
      {"redis://h/", {.hosts = {{"h"}}}},
      {"redis://h/cache", {.hosts = {{"h"}}}},
      {"redis://h/1?db=3", {.hosts = {{"h"}}, .database = 3}},
      {"redis://h?db=&db=4#5", {.hosts = {{"h"}}, .database = 4}},
      {"redis://h/2147483647", {.hosts = {{"h"}}, .database = 2147483647}},
      {"redis://h?socket_timeout=3&db=1", {.hosts = {{"h"}}, .database = 1}},
      {"redis://h?ssl_cert_reqs=nonsense", {.hosts = {{"h"}}}},
      {"redis://h?username=u&password=p%40@", {.hosts = {{"h"}}, .login = {"u", "p@@"}}},
      {"redis://a:b@h?username=u&password=p", {.hosts = {{"h"}}, .login = {"a", "b"}}},
      {"redis://?host=h&port=7", {.hosts = {{"h", 7}}}},
      {"redis://u:p@?host=%3A%3A1", {.hosts = {{"::1"}}, .login = {"u", "p"}}},
      {"redis://a:1?host=h&port=7", {.hosts = {{"a", 1}}}},
      {"redis://a?host=h&port=7", {.hosts = {{"a", 7}}}},
      {"redis://a:0?port=7", {.hosts = {{"a", 7}}}},
      {"redis://:7?host=h&port=8", {.hosts = {{"h", 7}}}},
      {"redis://a:1,b?port=65535", {.hosts = {{"a", 1}, {"b", 65535}}}},
      {"redis://?host=&host=h&port=", {.hosts = {{"h"}}}},
      {"unix:///run/redis.sock", {.unix_path = "/run/redis.sock"}},
      {"unix://localhost/run/redis.sock", {.unix_path = "/run/redis.sock"}},
      {"unix://u:p@/s.sock?db=2", {.unix_path = "/s.sock", .login = {"u", "p"}, .database = 2}},
      {"unix:///s.sock/2?password=p", {.unix_path = "/s.sock/2", .login = {.password = "p"}}},
      {"unix:///run/a%20b@c", {.unix_path = "/run/a b@c"}},
      {"redis+socket:///s.sock?virtual_host=3", {.unix_path = "/s.sock", .database = 3}},
      {"redis-socket:///s.sock?database=4", {.unix_path = "/s.sock", .database = 4}},
  };
  for (const auto& row : table) {
    CAPTURE(row.url);
    CHECK(parse_url(row.url) == row.endpoint);
  }
}

TEST_CASE("the URL of sentinels names the master, and both logins") {
  const struct {
    const char* url;
    Endpoint endpoint;
  } table[] = {
      {"redis-sentinel://a:1,b/my", {.hosts = {{"a", 1}, {"b", 26379}}, .sentinels = {{"my"}}}},
      {"sentinel://a/my/2", {.hosts = {{"a", 26379}}, .database = 2, .sentinels = {{"my"}}}},
      {"valkey-sentinel://a/my?db=3",
       {.hosts = {{"a", 26379}}, .database = 3, .sentinels = {{"my"}}}},
      {"redis-sentinel://u:p@a/my?sentinel_username=s&sentinel_password=%40",
       {.hosts = {{"a", 26379}}, .login = {"u", "p"}, .sentinels = {{"my", {"s", "@"}}}}},
      {"redis-sentinel://a/5?sentinelMasterId=my",
       {.hosts = {{"a", 26379}}, .database = 5, .sentinels = {{"my"}}}},
      {"redis-sentinel:///my?host=s&port=7", {.hosts = {{"s", 7}}, .sentinels = {{"my"}}}},
      {"redis-sentinel:///my", {.hosts = {{"127.0.0.1", 26379}}, .sentinels = {{"my"}}}},
  };
  for (const auto& row : table) {
    CAPTURE(row.url);
    CHECK(parse_url(row.url) == row.endpoint);
  }
}

TEST_CASE("a URL of TLS is read if the build supports TLS") {
  if (!has_tls()) {
    CHECK(parse_url("rediss://h").error() ==
          "rediss:// is not supported: this build speaks no TLS");
    CHECK(parse_url("valkeys-sentinel://h/m").error() ==
          "valkeys-sentinel:// is not supported: this build speaks no TLS");
    return;
  }
  const struct {
    const char* query;
    Tls tls;
  } table[] = {
      {"", {}},
      {"?ssl_cert_reqs=required", {}},
      {"?ssl_cert_reqs=CERT_REQUIRED", {}},
      {"?ssl_cert_reqs=optional", {}},
      {"?ssl_cert_reqs=none", {.verify = false}},
      {"?ssl_cert_reqs=None", {.verify = false}},
      {"?ssl_cert_reqs=CERT_NONE", {.verify = false}},
      {"?ssl_check_hostname=0", {.check_hostname = false}},
      {"?ssl_check_hostname=False", {.check_hostname = false}},
      {"?ssl_check_hostname=no", {.check_hostname = false}},
      {"?ssl_check_hostname=1", {}},
      {"?ssl_check_hostname=", {}},
      {"?ssl_ca_certs=/a%20b&ssl_ca_path=/d", {.ca_file = "/a b", .ca_directory = "/d"}},
      {"?ssl_certfile=/c&ssl_keyfile=/k&ssl_password=p",
       {.certificate = "/c", .key = "/k", .key_password = "p"}},
  };
  for (const auto& row : table) {
    CAPTURE(row.query);
    const auto endpoint = parse_url(std::string{"rediss://h"} + row.query);
    REQUIRE(endpoint);
    CHECK(endpoint->tls == row.tls);
  }
  for (const auto* url : {"valkeys://h", "redis+ssl://h", "rediss-sentinel://h/m"})
    CHECK(parse_url(url)->tls == Tls{});
  CHECK(parse_url("rediss://h?ssl_cert_reqs=maybe").error() ==
        "ssl_cert_reqs 'maybe' is not one of none, optional, required");
}

TEST_CASE("a bad URL is refused with one line that says what is accepted") {
  const struct {
    const char* url;
    const char* complaint;
  } table[] = {
      {"", "the URL is empty (accepted: redis://HOST:PORT or unix:///PATH)"},
      {"\n", "the URL is empty (accepted: redis://HOST:PORT or unix:///PATH)"},
      {"redis:6379", "the URL has no scheme (accepted: redis://HOST:PORT or unix:///PATH)"},
      {"none",
       "none is for a service that beats nowhere; a probe needs a Redis or a file (accepted: "
       "redis://HOST:PORT or unix:///PATH)"},
      {"\"redis://h\"",
       "the URL is in quotes: write it without them (docker's --env-file keeps quotes)"},
      {"'redis://h'",
       "the URL is in quotes: write it without them (docker's --env-file keeps quotes)"},
      {"://h", "the URL has no scheme (accepted: redis://HOST:PORT or unix:///PATH)"},
      {"http://h",
       "scheme 'http' is not one of redis://, rediss://, unix://, redis-sentinel://, valkey://"},
      {"redis-sentinel://h:1,i:2",
       "the URL names no master (accepted: redis-sentinel://HOST:PORT,HOST:PORT/MASTER/DATABASE)"},
      {"redis-sentinel://h:1//0",
       "the URL names no master (accepted: redis-sentinel://HOST:PORT,HOST:PORT/MASTER/DATABASE)"},
      {"redis://a,,b", "a host is missing beside a ','"},
      {"redis://a,", "a host is missing beside a ','"},
      {" redis://h", "the URL holds a space or a control character: write a space as %20"},
      {"redis://a\tb", "the URL holds a space or a control character: write a space as %20"},
      {"redis://a%0Ab", "the host holds a space or a control character"},
      {"redis://u:p@h:abc", "port 'abc' is not a number from 1 to 65535"},
      {"redis://u:p@h:65536", "port '65536' is not a number from 1 to 65535"},
      {"redis://u:p@h:-1", "port '-1' is not a number from 1 to 65535"},
      {"redis://h:abc", "the port is not a number from 1 to 65535"},
      {"redis://?port=1x", "port '1x' is not a number from 1 to 65535"},
      {"redis://?port=0", "port '0' is not a number from 1 to 65535"},
      {"redis://?port=65536", "port '65536' is not a number from 1 to 65535"},
      {"redis://?port=%0A", "port '\\n' is not a number from 1 to 65535"},
      {"redis://?host=a%20b", "the host holds a space, a control character or '@'"},
      {"redis://?host=a%40b", "the host holds a space, a control character or '@'"},
      {"redis://::1:6379", "the port holds ':' (an IPv6 address needs brackets, as in [::1])"},
      {"redis://[::1", "the host is not [IPV6] or [IPV6]:PORT"},
      {"redis://[]:1", "the host is not [IPV6] or [IPV6]:PORT"},
      {"redis://[::1]6379", "the host is not [IPV6] or [IPV6]:PORT"},
      {"redis://h/2147483648", "database '2147483648' is not a number from 0 to 2147483647"},
      {"redis://h/-1", "database '-1' is not a number from 0 to 2147483647"},
      {"redis://h?db=x", "database 'x' is not a number from 0 to 2147483647"},
      {"redis://h?db=1%0Ax", "database '1\\nx' is not a number from 0 to 2147483647"},
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

TEST_CASE("no error shows a part of the password") {
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
      {"redis://u:1?port=sec@h", "the password seems to hold '?': write it as %3F"},
      {"redis://:1?host=sec@h", "the password seems to hold '?': write it as %3F"},
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
  CHECK(to_string(Endpoint{.hosts = {{"redis"}}, .login = {"u", "p"}}) == "redis:6379");
  CHECK(to_string(Endpoint{.hosts = {{"::1", 7000}}}) == "[::1]:7000");
  CHECK(to_string(Endpoint{.unix_path = "/run/redis.sock", .login = {.password = "p"}}) ==
        "/run/redis.sock");
  CHECK(to_string(Endpoint{.hosts = {{"a", 1}, {"b", 2}}, .sentinels = {{"my", {"s", "p"}}}}) ==
        "my at a:1,b:2");
}
