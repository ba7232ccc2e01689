#include "redis/connection.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "redis/connect.hpp"
#include "redis_server.hpp"
#include "scripted_server.hpp"

using namespace heartbeat::redis;
using namespace std::chrono_literals;
using Then = ScriptedServer::Then;

namespace {

/// Blocks SIGPIPE, as the beat thread and the probe do, and swallows it at the end.
class WithoutSigpipe {
 public:
  WithoutSigpipe() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~WithoutSigpipe() {
    const timespec at_once{};
    while (sigtimedwait(&pipe_, nullptr, &at_once) > 0) continue;
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  WithoutSigpipe(const WithoutSigpipe&) = delete;
  WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;

 private:
  sigset_t pipe_{};
  sigset_t before_{};
};

Connection connected(const Endpoint& endpoint) {
  ProgressListener silent;
  auto transport = connect(endpoint, Deadline::after(10s), silent);
  REQUIRE(transport.has_value());
  return Connection{std::move(*transport), endpoint.login, endpoint.database, Redactor{endpoint}};
}

using Answer = tl::expected<Replies, Error>;

Answer ask(Connection& connection, const std::vector<Command>& commands,
           Deadline deadline = Deadline::after(10s)) {
  return connection.ask(commands, deadline);
}

Answer ask_once(const Endpoint& endpoint, const std::vector<Command>& commands,
                Deadline deadline = Deadline::after(10s)) {
  auto connection = connected(endpoint);
  return ask(connection, commands, deadline);
}

const std::vector<Command> get_and_pttl{{"GETRANGE", "k", "0", "65536"}, {"PTTL", "k"}};

Error failure_of(ScriptedServer::Script script, Deadline deadline = Deadline::after(10s)) {
  const WithoutSigpipe guard;
  const ScriptedServer server{std::move(script)};
  const auto answer = ask_once(server.endpoint(), get_and_pttl, deadline);
  REQUIRE_FALSE(answer.has_value());
  return answer.error();
}

/// The text after the address.
std::string tail(const Error& error) { return error.what.substr(error.what.find("/s") + 2); }

std::string text(const Reply& reply) { return std::get<std::string>(reply); }
std::int64_t number(const Reply& reply) { return std::get<std::int64_t>(reply); }
std::string error_text(const Reply& reply) { return std::get<ErrorReply>(reply).text; }

}  // namespace

TEST_CASE("several commands are answered in one round trip, in their order") {
  const RedisServer server;
  auto connection = connected(server.endpoint());
  const std::string value{"a\0\r\nb", 5};
  const auto written = ask(connection, {{"SETEX", "k", "60", value}, {"SET", "forever", ""}});
  REQUIRE(written.has_value());
  CHECK(text(written->at(0)) == "OK");
  const auto read = ask(connection, {{"GETRANGE", "k", "0", "65536"},
                                     {"PTTL", "k"},
                                     {"GETRANGE", "forever", "0", "65536"},
                                     {"PTTL", "forever"},
                                     {"GETRANGE", "missing", "0", "65536"},
                                     {"PTTL", "missing"},
                                     {"GET", "missing"}});
  REQUIRE(read.has_value());
  CHECK(text(read->at(0)) == value);
  CHECK(number(read->at(1)) > 50'000);
  CHECK(number(read->at(1)) <= 60'000);
  CHECK(text(read->at(2)).empty());
  CHECK(number(read->at(3)) == -1);
  CHECK(text(read->at(4)).empty());
  CHECK(number(read->at(5)) == -2);
  CHECK(std::holds_alternative<Nil>(read->at(6)));
}

TEST_CASE("of a longer value, only the requested part is read") {
  const RedisServer server;
  auto connection = connected(server.endpoint());
  const std::string huge(1024 * 1024, 'x');
  REQUIRE(ask(connection, {{"SET", "k", huge}}).has_value());
  const auto read = ask(connection, {get_and_pttl[0], get_and_pttl[0]});
  REQUIRE(read.has_value());
  CHECK(text(read->at(0)) == huge.substr(0, 65537));
  CHECK(text(read->at(1)) == huge.substr(0, 65537));
  const auto whole = ask(connection, {{"GET", "k"}});
  REQUIRE_FALSE(whole.has_value());
  CHECK(whole.error().failure == Failure::redis_error);
  CHECK(whole.error().what == to_string(server.endpoint()) + ": answer too large");
}

TEST_CASE("an error reply to a command is its reply, and the connection goes on") {
  const RedisServer server;
  auto connection = connected(server.endpoint());
  const auto answer =
      ask(connection,
          {{"RPUSH", "list", "x"}, {"GETRANGE", "list", "0", "1"}, {"NONSENSE"}, {"PTTL", "list"}});
  REQUIRE(answer.has_value());
  CHECK(number(answer->at(0)) == 1);
  CHECK(error_text(answer->at(1)).starts_with("WRONGTYPE "));
  CHECK(number(answer->at(3)) == -1);
  REQUIRE(ask(connection, get_and_pttl).has_value());
}

TEST_CASE("an array is read as the texts of its elements") {
  const RedisServer server;
  auto connection = connected(server.endpoint());
  const auto answer = ask(connection, {{"RPUSH", "list", "a", "b"},
                                       {"LRANGE", "list", "0", "-1"},
                                       {"LRANGE", "none", "0", "-1"},
                                       {"MGET", "none"},
                                       {"EVAL", "return {1,'x'}", "0"},
                                       {"PTTL", "list"}});
  REQUIRE(answer.has_value());
  CHECK(std::get<Array>(answer->at(1)) == Array{"a", "b"});
  CHECK(std::get<Array>(answer->at(2)).empty());
  CHECK(std::get<Array>(answer->at(3)) == Array{""});
  CHECK(std::get<Array>(answer->at(4)) == Array{"1", "x"});
  CHECK(number(answer->at(5)) == -1);
}

TEST_CASE("nested arrays are flattened, deeper ones end the connection") {
  const RedisServer server;
  auto connection = connected(server.endpoint());
  const auto flat = ask(connection, {{"EVAL", "return {'0',{1,{'x'}},{}}", "0"}});
  REQUIRE(flat.has_value());
  CHECK(std::get<Array>(flat->front()) == Array{"0", "1", "x"});
  const auto answer = ask(connection, {{"EVAL", "return {{{{1}}}}", "0"}});
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().failure == Failure::redis_error);
  CHECK(ask(connection, get_and_pttl).error().what == answer.error().what);
}

TEST_CASE("a password is sent before the first commands, and only then") {
  const RedisServer server{{"--requirepass", "hunter2"}};
  auto endpoint = server.endpoint();
  const auto without = ask_once(endpoint, get_and_pttl);
  REQUIRE(without.has_value());
  CHECK(classify(error_text(without->at(0))) == Failure::auth);

  endpoint.login.password = "hunter2";
  auto connection = connected(endpoint);
  CHECK(ask(connection, get_and_pttl).value().size() == 2);
  CHECK(ask(connection, get_and_pttl).value().size() == 2);
  CHECK(ask_once(endpoint, {}).value().empty());
  const auto echoed = ask(connection, {{"NO_SUCH_COMMAND", "hunter2"}});
  CHECK(error_text(echoed.value().at(0)).find("hunter2") == std::string::npos);

  endpoint.login.password = "wrong";
  auto refused = connected(endpoint);
  const auto error = ask(refused, get_and_pttl).error();
  CHECK(error.failure == Failure::auth);
  CHECK(error.what.starts_with("AUTH: WRONGPASS "));
  CHECK(ask(refused, get_and_pttl).error().what == error.what);
}

TEST_CASE("a password where none is set is an auth failure") {
  const RedisServer server;
  auto endpoint = server.endpoint();
  endpoint.login.password = "hunter2";
  CHECK(ask_once(endpoint, get_and_pttl).error().failure == Failure::auth);
}

TEST_CASE("an ACL user with the documented rights can read, and nothing else") {
  const RedisServer server{
      {"--user", "probe", "on", ">pw", "resetkeys", "%R~health:*", "-@all", "+getrange", "+pttl"}};
  auto endpoint = server.endpoint();
  endpoint.login = {"probe", "pw"};
  const auto answer = ask_once(endpoint, {{"GETRANGE", "health:a", "0", "65536"},
                                          {"PTTL", "health:a"},
                                          {"PTTL", "other"},
                                          {"SETEX", "health:a", "60", "x"}});
  REQUIRE(answer.has_value());
  CHECK(number(answer->at(1)) == -2);
  CHECK(classify(error_text(answer->at(2))) == Failure::denied);
  CHECK(classify(error_text(answer->at(3))) == Failure::denied);

  endpoint.database = 1;
  const auto selected = ask_once(endpoint, get_and_pttl).error();
  CHECK(selected.failure == Failure::denied);
  CHECK(selected.what.starts_with("SELECT 1: NOPERM "));
}

TEST_CASE("the database is selected, one out of range is a Redis error") {
  const RedisServer server;
  auto endpoint = server.endpoint();
  endpoint.database = 3;
  REQUIRE(ask_once(endpoint, {{"SET", "k", "in three"}}).has_value());
  CHECK(text(ask_once(endpoint, get_and_pttl).value().at(0)) == "in three");
  CHECK(text(ask_once(server.endpoint(), get_and_pttl).value().at(0)).empty());
  endpoint.database = 99;
  const auto error = ask_once(endpoint, get_and_pttl).error();
  CHECK(error.failure == Failure::redis_error);
  CHECK(error.what == "SELECT 99: ERR DB index is out of range");
}

TEST_CASE("a connection whose server ended is unreachable, and stays so") {
  const WithoutSigpipe guard;
  RedisServer server;
  auto connection = connected(server.endpoint());
  REQUIRE(ask(connection, get_and_pttl).has_value());
  server.stop();
  CHECK(ask(connection, get_and_pttl).error().failure == Failure::unreachable);
  CHECK(ask(connection, get_and_pttl).error().failure == Failure::unreachable);
}

TEST_CASE("an error names a server that closes without a reply") {
  const auto error = failure_of({.says = "", .then = Then::close});
  CHECK(error.failure == Failure::unreachable);
  CHECK(tail(error) == ": connection closed");
  CHECK(failure_of({.says = "$5\r\nab", .then = Then::close}).failure == Failure::unreachable);
}

TEST_CASE("the last reply of a server that closes is the reason") {
  for (const bool hear_first : {false, true}) {
    CAPTURE(hear_first);
    const auto denied = failure_of({.says = "-DENIED Redis is running in protected mode\r\n",
                                    .then = Then::close,
                                    .hear_first = hear_first});
    CHECK(denied.failure == Failure::denied);
    CHECK(denied.what.starts_with("DENIED: Redis is in protected mode"));
    const auto full = failure_of({.says = "-ERR max number of clients reached\r\n",
                                  .then = Then::close,
                                  .hear_first = hear_first});
    CHECK(full.failure == Failure::redis_error);
    CHECK(full.what == "ERR max number of clients reached");
  }
}

TEST_CASE("a hostile answer ends the connection, before much memory is spent on it") {
  const struct {
    std::string says;
    const char* complaint;
  } table[] = {
      {"$1073741824\r\n" + std::string(200'000, 'x'), ": answer too large"},
      {"$65538\r\n" + std::string(65538, 'x') + "\r\n", ": answer too large"},
      {"$99999999999999999999\r\n",
       " does not speak the Redis protocol (it says '$99999999999999999999')"},
      {"$-2\r\n", " does not speak the Redis protocol (it says '$-2')"},
      {"$\r\n", " does not speak the Redis protocol (it says '$')"},
      {"$5x\r\n", " does not speak the Redis protocol (it says '$5x')"},
      {":1x\r\n", " does not speak the Redis protocol (it says ':1x')"},
      {"*1000000000\r\n", ": answer too large"},
      {"*-2\r\n", " does not speak the Redis protocol (it says '*-2')"},
      {"*1\r\n*1\r\n*1\r\n*1\r\n", " does not speak the Redis protocol (it says '*1')"},
      {"*1\r\n$1073741824\r\n" + std::string(200'000, 'x'), ": answer too large"},
      {"*1000001\r\n", ": answer too large"},
      {"*1\r\n-ERR\r\n", ": an answer of an unexpected type"},
      {"HTTP/1.1 400 Bad Request\r\n\r\n", " speaks HTTP, not the Redis protocol"},
      {"\r\n", " does not speak the Redis protocol"},
      {"+" + std::string(200'000, 'x'), ": answer too large"},
      {"-" + std::string(200'000, 'x'), ": answer too large"},
      {"$" + std::string(200'000, '1'), ": answer too large"},
  };
  for (const auto& row : table) {
    CAPTURE(row.says.substr(0, 20));
    const auto error = failure_of({.says = row.says});
    CHECK(error.failure == Failure::redis_error);
    CHECK(tail(error) == row.complaint);
  }
}

TEST_CASE("answers that come byte by byte are read") {
  const ScriptedServer server{{.says = "$3\r\na\r\n\r\n:42\r\n", .pause_per_byte = 1ms}};
  const auto answer = ask_once(server.endpoint(), get_and_pttl);
  REQUIRE(answer.has_value());
  CHECK(text(answer->at(0)) == "a\r\n");
  CHECK(number(answer->at(1)) == 42);
}

TEST_CASE("an answer without a command ends the connection") {
  const ScriptedServer server{{.says = "+a\r\n+b\r\n+c\r\n"}};
  auto connection = connected(server.endpoint());
  REQUIRE(ask(connection, get_and_pttl).has_value());
  const auto error = ask(connection, get_and_pttl).error();
  CHECK(error.failure == Failure::redis_error);
  CHECK(tail(error) == ": an answer without a command");
}

TEST_CASE("the deadline holds against silence and against a trickle") {
  for (const auto& script : {ScriptedServer::Script{.says = ""},
                             ScriptedServer::Script{.says = "$60000\r\n" + std::string(2000, 'x'),
                                                    .pause_per_byte = 1ms}}) {
    const auto begin = std::chrono::steady_clock::now();
    const auto error = failure_of(script, Deadline::after(500ms));
    const auto took = std::chrono::steady_clock::now() - begin;
    CHECK(error.failure == Failure::timeout);
    CHECK(tail(error) == ": no answer to GETRANGE within 500ms");
    CHECK(took >= 500ms);
    CHECK(took < 15s);
  }
}

TEST_CASE("a call is given up when its cancel descriptor becomes readable") {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  REQUIRE(write(ends[1], "x", 1) == 1);
  const auto error = failure_of({.says = ""}, Deadline::after(60s, ends[0]));
  CHECK(error.failure == Failure::timeout);
  CHECK(tail(error) == ": given up: stopping");
  close(ends[0]);
  close(ends[1]);
}
