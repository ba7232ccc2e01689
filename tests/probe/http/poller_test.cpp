#include "http/poller.hpp"

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <future>

namespace {

using probe::http::FleetSnapshot;
using probe::http::SnapshotPoller;
using namespace std::chrono_literals;

FleetSnapshot poll(SnapshotPoller& poller, std::vector<std::string> on_demand = {}) {
  std::promise<FleetSnapshot> done;
  poller.start(std::move(on_demand),
               [&](FleetSnapshot snapshot) { done.set_value(std::move(snapshot)); });
  return done.get_future().get();
}

heartbeat::redis::Environment no_environment() {
  return {.variable = [](const char*) { return std::nullopt; },
          .file = [](const std::string&) { return tl::unexpected<std::string>{"no file"}; }};
}

/// A temporary file.
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

TEST_CASE("with only a file, Redis is not asked, and the file names its service") {
  const TemporaryFile file;
  file.write(document);
  probe::CommonOptions options;
  options.file = file.path();
  options.file_alone = true;
  SnapshotPoller poller{options, no_environment()};
  auto snapshot = poll(poller, {"other"});
  CHECK_FALSE(snapshot.report.problem);
  REQUIRE(snapshot.report.verdicts.size() == 1);
  CHECK(snapshot.report.verdicts[0].service == "ingestion");
  CHECK(snapshot.report.verdicts[0].reason == probe::Reason::healthy);
  CHECK(verdicts_on("other", snapshot).at(0).reason == probe::Reason::foreign_service);
  CHECK(snapshot.query.now > probe::http::WallTime{});

  unlink(file.path().c_str());
  snapshot = poll(poller);
  REQUIRE(snapshot.report.verdicts.size() == 1);
  CHECK(snapshot.report.verdicts[0].service == "*");
  CHECK(snapshot.report.verdicts[0].status() == probe::HealthStatus::unknown);
}

TEST_CASE("the file decides if Redis is unreachable") {
  const TemporaryFile file;
  file.write(document);
  probe::CommonOptions options;
  options.selection.services = {"ingestion", "other"};
  options.redis_url = "unix:///nowhere/redis.sock";
  options.file = file.path();
  SnapshotPoller poller{options, no_environment()};
  const auto snapshot = poll(poller);
  CHECK(snapshot.report.problem.value().reason == probe::Reason::unreachable);
  REQUIRE(snapshot.report.verdicts.size() == 2);
  CHECK(snapshot.report.verdicts[0].reason == probe::Reason::healthy);
  CHECK(snapshot.report.verdicts[1].reason == probe::Reason::unreachable);
}

TEST_CASE("a wrong URL is the reason of every verdict") {
  probe::CommonOptions options;
  options.selection.all = true;
  options.redis_url = "http://redis";
  SnapshotPoller poller{options, no_environment()};
  const auto snapshot = poll(poller, {"a"});
  CHECK(snapshot.report.problem.value().reason == probe::Reason::usage);
  CHECK(snapshot.report.verdicts.at(0).service == "*");
  CHECK(verdicts_on("a", snapshot).at(0).reason == probe::Reason::usage);
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
  SnapshotPoller poller{options, no_environment()};
  std::promise<FleetSnapshot> done;
  poller.start({}, [&](FleetSnapshot snapshot) { done.set_value(std::move(snapshot)); });
  const int connection = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  const auto began = std::chrono::steady_clock::now();
  CHECK(poller.stop());
  CHECK(std::chrono::steady_clock::now() - began < 10s);
  CHECK(done.get_future().get().report.problem);
  close(connection);
  close(listener);
}
