#include "run/run.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

using namespace std::chrono_literals;

namespace {

/// A unix socket that accepts and never answers.
class SilentServer {
 public:
  SilentServer() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    unlink(path_.c_str());
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    REQUIRE(bind(socket_, generic, sizeof address) == 0);
    REQUIRE(listen(socket_, 5) == 0);
  }
  ~SilentServer() {
    close(socket_);
    unlink(path_.c_str());
  }
  std::string url() const { return "unix://" + path_; }

 private:
  std::string path_ = "/tmp/probe_run_test." + std::to_string(getpid());
  int socket_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
};

struct End {
  int exit_status = -1;
  std::string output;
};

/// Runs in a child process, because the watchdog ends its process.
End end_of(const probe::Options& options) {
  const heartbeat::redis::Environment nothing{
      .variable = [](const char*) { return std::nullopt; },
      .file = [](const std::string&) { return tl::unexpected{std::string{"no file"}}; }};
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDOUT_FILENO);
    _exit(probe::check_once(options, nothing, std::chrono::steady_clock::now()));
  }
  close(ends[1]);
  End end;
  char buffer[4096];
  for (ssize_t n = 0; (n = read(ends[0], buffer, sizeof buffer)) > 0;)
    end.output.append(buffer, static_cast<std::size_t>(n));
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFEXITED(status)) end.exit_status = WEXITSTATUS(status);
  return end;
}

}  // namespace

TEST_CASE("a Redis that accepts and never answers is a timeout") {
  const SilentServer server;
  probe::Options options;
  options.selection.services = {"a", "b"};
  options.redis_url = server.url();
  options.timeout = 500ms;  // enough to send the commands on a busy machine
  const auto end = end_of(options);
  CHECK(end.exit_status == 1);
  CHECK(end.output.starts_with("a unknown [timeout]: "));
  CHECK(end.output.find("\nb unknown [timeout]: ") != std::string::npos);

  options.exit_policy.redis_trouble = true;
  options.quiet = true;
  const auto quiet = end_of(options);
  CHECK(quiet.exit_status == 0);
  CHECK(quiet.output.empty());
}

TEST_CASE("a bad URL is an unknown verdict that names it, and never passes") {
  probe::Options options;
  options.selection.services = {"a"};
  options.redis_url = "redis://h:abc";
  options.exit_policy.redis_trouble = true;
  const auto end = end_of(options);
  CHECK(end.exit_status == 1);
  CHECK(end.output.starts_with("a unknown [usage]: --redis: "));
}

TEST_CASE("no Redis at all is unreachable") {
  probe::Options options;
  options.selection.services = {"a"};
  options.redis_url = "unix:///nonexistent/redis.sock";
  CHECK(end_of(options).output.starts_with("a unknown [unreachable]: "));
}
