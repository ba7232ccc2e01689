#include "board/edge/poller.hpp"

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <future>

namespace {

using board::Poller;
using board::PollResult;
using namespace std::chrono_literals;

PollResult poll(Poller& poller, std::vector<std::string> on_demand = {}) {
  std::promise<PollResult> done;
  poller.start(std::move(on_demand), [&](PollResult result) { done.set_value(std::move(result)); });
  return done.get_future().get();
}

heartbeat::redis::Environment no_environment() {
  return {.variable = [](const char*) { return std::nullopt; },
          .file = [](const std::string&) { return tl::unexpected<std::string>{"no file"}; }};
}

/// A file of the test's own.
class TemporaryFile {
 public:
  TemporaryFile() { close(mkstemp(path_.data())); }
  ~TemporaryFile() { unlink(path_.c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  void write(std::string_view text) const { std::ofstream{path_} << text; }
  const std::string& path() const { return path_; }

 private:
  std::string path_ = "/tmp/poller-test-XXXXXX";
};

constexpr auto document =
    R"({"status":"healthy","service":"ingestion","ttl_ms":60000,"interval_ms":10000})";

}  // namespace

TEST_CASE("a file alone is read without Redis, and names its service") {
  const TemporaryFile file;
  file.write(document);
  probe::CommonOptions options;
  options.file = file.path();
  options.file_alone = true;
  Poller poller{options, no_environment()};
  auto result = poll(poller, {"other"});
  CHECK_FALSE(result.report.problem);
  REQUIRE(result.report.verdicts.size() == 1);
  CHECK(result.report.verdicts[0].service == "ingestion");
  CHECK(result.report.verdicts[0].reason == probe::Reason::healthy);
  CHECK(verdicts_on("other", result).at(0).reason == probe::Reason::missing);
  CHECK(result.query.now > board::WallTime{});

  unlink(file.path().c_str());
  result = poll(poller);
  REQUIRE(result.report.verdicts.size() == 1);
  CHECK(result.report.verdicts[0].service == "*");
  CHECK(result.report.verdicts[0].word() == probe::Word::unknown);
}

TEST_CASE("the file decides where Redis cannot be reached") {
  const TemporaryFile file;
  file.write(document);
  probe::CommonOptions options;
  options.selection.services = {"ingestion", "other"};
  options.redis_url = "unix:///nowhere/redis.sock";
  options.file = file.path();
  Poller poller{options, no_environment()};
  const auto result = poll(poller);
  CHECK(result.report.problem.value().reason == probe::Reason::unreachable);
  REQUIRE(result.report.verdicts.size() == 2);
  CHECK(result.report.verdicts[0].reason == probe::Reason::healthy);
  CHECK(result.report.verdicts[1].reason == probe::Reason::unreachable);
}

TEST_CASE("a wrong URL is the reason of every verdict") {
  probe::CommonOptions options;
  options.selection.all = true;
  options.redis_url = "http://redis";
  Poller poller{options, no_environment()};
  const auto result = poll(poller, {"a"});
  CHECK(result.report.problem.value().reason == probe::Reason::usage);
  CHECK(result.report.verdicts.at(0).service == "*");
  CHECK(verdicts_on("a", result).at(0).reason == probe::Reason::usage);
}

TEST_CASE("a poll of a server that does not answer is cancelled at once") {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  REQUIRE(bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(listen(listener, 1) == 0);
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  probe::CommonOptions options;
  options.selection.services = {"a"};
  options.redis_url = "redis://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  options.timeout = 60s;
  Poller poller{options, no_environment()};
  std::promise<PollResult> done;
  poller.start({}, [&](PollResult result) { done.set_value(std::move(result)); });
  const int connection = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  const auto began = std::chrono::steady_clock::now();
  CHECK(poller.stop());
  CHECK(std::chrono::steady_clock::now() - began < 10s);
  CHECK(done.get_future().get().report.problem);
  close(connection);
  close(listener);
}
