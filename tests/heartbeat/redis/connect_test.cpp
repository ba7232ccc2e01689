#include "redis/connect.hpp"

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <string>
#include <vector>

#include "redis/resolve.hpp"
#include "redis/transport.hpp"
#include "redis_server.hpp"

using namespace heartbeat::redis;
using namespace std::chrono_literals;

namespace {

/// Records every stage and its outcome.
struct Diary final : ProgressListener {
  std::vector<std::string> lines;
  void begun(Stage stage, const std::string& where) override {
    lines.push_back(std::to_string(static_cast<int>(stage)) + " " + where);
  }
  void ended(const std::string& outcome) override { lines.back() += ": " + outcome; }
};

/// A TCP port of 127.0.0.1 that refuses connections, or whose queue of connections is full.
class Port {
 public:
  enum class State { closed, full };

  explicit Port(State state) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(bind(listener_.number(), generic, length) == 0);
    REQUIRE(getsockname(listener_.number(), generic, &length) == 0);
    port_ = ntohs(address.sin_port);
    if (state == State::closed) return;
    // A queue of one, and filled: the next connect can only wait.
    REQUIRE(listen(listener_.number(), 0) == 0);
    waiting_.emplace_back(connect(resolve(host()).value().front(), Deadline::after(10s)).value());
  }

  Host host() const { return {"127.0.0.1", port_}; }

 private:
  heartbeat::Descriptor listener_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  std::vector<heartbeat::Descriptor> waiting_;
  std::uint16_t port_ = 0;
};

tl::expected<Transport, Error> connect(const std::vector<Host>& hosts, ProgressListener& listener,
                                       std::chrono::milliseconds limit = 10s) {
  return connect(Endpoint{.hosts = hosts}, Deadline::after(limit), listener);
}

}  // namespace

TEST_CASE("numbers and localhost are resolved without a lookup") {
  CHECK(resolve({"127.0.0.1"}).value().size() == 1);
  CHECK(to_string(resolve({"::1", 7000}).value().at(0)) == "[::1]:7000");
  const auto local = resolve({"localhost", 7000}).value();
  REQUIRE(local.size() == 2);
  CHECK(to_string(local[0]) == "127.0.0.1:7000");
  CHECK(to_string(local[1]) == "[::1]:7000");
}

TEST_CASE("the path of a unix socket has a limit") {
  CHECK(to_string(unix_address(std::string(107, 'x')).value()) == std::string(107, 'x'));
  const auto too_long = unix_address(std::string(108, 'x')).error();
  CHECK(too_long.failure == Failure::unreachable);
  CHECK(too_long.what == std::string(108, 'x') +
                             ": longer than the 107 bytes that the path of a unix socket may have");
}

TEST_CASE("an impossible host name is not resolved") {
  Diary diary;
  const auto error = connect({{"no..name"}}, diary).error();
  CHECK(error.failure == Failure::dns);
  CHECK(error.what.starts_with("cannot resolve 'no..name': "));
  REQUIRE(diary.lines.size() == 1);
  CHECK(diary.lines[0] == "0 no..name: " + error.what);
}

TEST_CASE("a refused connection says where and why") {
  ProgressListener silent;
  const auto no_file =
      connect(Endpoint{.unix_path = "/no/such"}, Deadline::after(10s), silent).error();
  CHECK(no_file.failure == Failure::unreachable);
  CHECK(no_file.what == "/no/such: No such file or directory");
  const Port closed{Port::State::closed};
  const auto refused = connect({closed.host()}, silent).error();
  CHECK(refused.failure == Failure::unreachable);
  CHECK(refused.what == to_string(closed.host()) + ": Connection refused");
}

TEST_CASE("every host is tried, even after one that never answers") {
  const Port full{Port::State::full};
  const Port closed{Port::State::closed};
  Diary diary;
  const auto error = connect({full.host(), closed.host()}, diary, 2s).error();
  CHECK(error.failure == Failure::unreachable);
  CHECK(error.what.starts_with(to_string(full.host()) + ": no connection within "));
  CHECK(error.what.ends_with("; " + to_string(closed.host()) + ": Connection refused"));
  REQUIRE(diary.lines.size() == 2);
  CHECK(diary.lines[0].starts_with("1 " + to_string(full.host()) + ": no connection within "));
  CHECK(diary.lines[1] == "1 " + to_string(closed.host()) + ": Connection refused");
}

TEST_CASE("a connection that is never accepted is a timeout") {
  const Port full{Port::State::full};
  ProgressListener silent;
  const auto error = connect({full.host()}, silent, 100ms).error();
  CHECK(error.failure == Failure::timeout);
  CHECK(error.what == to_string(full.host()) + ": no connection within 100ms");
}

TEST_CASE("a connection to a unix socket is made, and observed") {
  const RedisServer server;
  Diary diary;
  const auto transport = connect(server.endpoint(), Deadline::after(10s), diary);
  REQUIRE(transport);
  CHECK(transport->where == server.endpoint().unix_path);
  CHECK(diary.lines == std::vector{"1 " + server.endpoint().unix_path + ": connected"});
}
