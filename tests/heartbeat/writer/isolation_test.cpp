// What the library must not do to its host: leave threads or descriptors, take signals, print.
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <memory>
#include <system_error>
#include <vector>

#include "beating.hpp"
#include "scripted_server.hpp"

namespace {

Config brisk(const std::string& url) {
  return {.service = "s", .redis_url = url, .interval = 100ms, .ttl = 60s};
}

/// Runs `body` in a forked child without other threads. Returns its exit status, or minus the
/// signal that ended it.
template <typename Body>
int in_child(Body body) {
  std::cout.flush();  // buffered text belongs to the parent, even if _exit flushes
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    alarm(180);
    _exit(body());
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

volatile sig_atomic_t taken_by_main = 0;
volatile sig_atomic_t taken_elsewhere = 0;

}  // namespace

TEST_CASE("Heartbeats end in any order, started or not, and leave no thread and no descriptor") {
  Beating b;
  const auto before = std::pair{threads(), descriptors()};
  for (int order = 0; order < 6; ++order) {
    std::array<std::unique_ptr<Heartbeat>, 3> beats;
    for (auto& beat : beats) {
      beat = std::make_unique<Heartbeat>(brisk(b.url));
      beat->check("db", critical, beat->succeeds([] { return true; }));
    }
    beats[0]->start();
    beats[1]->start();  // the third never is
    if (order % 2 == 0) beats[1]->stop();
    for (const int i : {order % 3, (order + 1 + order / 3) % 3, (order + 2 - order / 3) % 3})
      beats[static_cast<std::size_t>(i)].reset();
  }
  CHECK(are_left(before));
}

TEST_CASE("every descriptor closes on exec") {
  Beating b;
  std::vector<int> before;
  for (int fd = 0; fd < 256; ++fd)
    if (fcntl(fd, F_GETFD) >= 0) before.push_back(fd);
  Heartbeat beat{brisk(b.url)};
  beat.report(Status::healthy);
  beat.start();
  b.reader.wait_for(Status::healthy);
  int ours = 0;
  for (int fd = 0; fd < 256; ++fd) {
    if (std::ranges::find(before, fd) != before.end()) continue;
    const int flags = fcntl(fd, F_GETFD);
    if (flags < 0) continue;
    CAPTURE(fd);
    CHECK((flags & FD_CLOEXEC) != 0);
    ++ours;
  }
  CHECK(ours >= 2);  // the socket and the stop event
}

TEST_CASE("a host with the default SIGPIPE survives a Redis that goes away") {
  Beating b;
  const int result = in_child([&] {
    signal(SIGPIPE, SIG_DFL);
    Heartbeat beat{brisk(b.url)};
    beat.report(Status::healthy);
    beat.start();
    if (!eventually([&] { return beat.sequence() > 1; })) return 1;
    kill(b.server.pid(), SIGKILL);
    return eventually([&] { return beat.writer().failed_writes > 1; }) ? 42 : 2;
  });
  CHECK(result == 42);
}

TEST_CASE("a signal sent to the process is never taken by the library's threads") {
  Beating b;
  const int result = in_child([&] {
    static pthread_t main_thread = pthread_self();
    struct sigaction action{};
    action.sa_handler = [](int) {
      (pthread_equal(pthread_self(), main_thread) ? taken_by_main : taken_elsewhere) = 1;
    };
    sigaction(SIGUSR1, &action, nullptr);
    Heartbeat beat{brisk(b.url)};
    beat.check("db", critical, beat.succeeds([] { return true; }));
    beat.start();
    if (!eventually([&] { return beat.sequence() > 1; })) return 1;
    sigset_t usr1;
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &usr1, nullptr);  // so that only another thread could take it
    for (int i = 0; i < 20; ++i) kill(getpid(), SIGUSR1);
    std::this_thread::sleep_for(100ms);
    if (taken_elsewhere != 0 || taken_by_main != 0) return 2;
    pthread_sigmask(SIG_UNBLOCK, &usr1, nullptr);
    return taken_by_main == 1 && taken_elsewhere == 0 ? 42 : 3;
  });
  CHECK(result == 42);
}

TEST_CASE("a host's signal mask and handlers are as they were") {
  Beating b;
  const auto settings = [] {
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    std::vector<std::uintptr_t> all;
    for (int signal = 1; signal < SIGRTMIN; ++signal) {
      struct sigaction action{};
      sigaction(signal, nullptr, &action);
      all.push_back(reinterpret_cast<std::uintptr_t>(action.sa_handler));
      all.push_back(static_cast<std::uintptr_t>(sigismember(&mask, signal)));
    }
    return all;
  };
  const auto before = settings();
  Heartbeat beat{brisk(b.url)};
  beat.report(Status::healthy);
  beat.start();
  b.reader.wait_for(Status::healthy);
  CHECK(settings() == before);
  beat.stop();
  CHECK(settings() == before);
}

TEST_CASE("without a log callback nothing is printed, whatever happens") {
  Beating b;
  int both[2];
  REQUIRE(pipe2(both, O_CLOEXEC) == 0);
  const int result = in_child([&] {
    dup2(both[1], STDOUT_FILENO);
    dup2(both[1], STDERR_FILENO);
    Heartbeat beat{brisk(b.url)};
    beat.check("throws", warning,
               beat.succeeds([]() -> bool { throw std::runtime_error{"no route"}; }));
    beat.start();
    if (!eventually([&] { return beat.sequence() > 1; })) return 1;
    kill(b.server.pid(), SIGKILL);
    if (!eventually([&] { return beat.writer().failed_writes > 1; })) return 2;
    beat.stop();
    return 42;
  });
  close(both[1]);
  std::array<char, 1024> printed{};
  const auto length = read(both[0], printed.data(), printed.size() - 1);
  close(both[0]);
  CHECK(result == 42);
  CAPTURE(std::string{printed.data()});
  CHECK(length == 0);
}

TEST_CASE("a start() that is refused a thread says so, and can be repeated") {
  const TemporaryFolder folder;
  const int result = in_child([&] {
    // As another user without other processes: root knows no limit. Two threads are allowed.
    const bool root = geteuid() == 0;
    if (root && (chown(folder.path().c_str(), 54321, 54321) != 0 || setuid(54321) != 0)) return 1;
    rlimit before{};
    getrlimit(RLIMIT_NPROC, &before);
    const rlimit few{root ? 2U : 0U, before.rlim_max};
    const auto file = folder.path() + "/s.json";
    Heartbeat beat{{.service = "s", .redis_url = "none", .file = file}};
    beat.check("db", critical, beat.succeeds([] { return true; }));
    setrlimit(RLIMIT_NPROC, &few);
    try {
      beat.start();
      return 2;
    } catch (const std::system_error& error) {
      const std::string text = error.what();
      if (!text.starts_with("cannot create the thread heartbeat-") ||
          text.find("ulimit -u") == text.npos)
        return 3;
    }
    std::this_thread::sleep_for(50ms);
    if (document_in(file)) return 4;
    setrlimit(RLIMIT_NPROC, &before);
    beat.start();
    const bool healthy = eventually([&] {
      const auto document = document_in(file);
      return document && document->status == Status::healthy;
    });
    return healthy ? 42 : 5;
  });
  CHECK(result == 42);
}

TEST_CASE("writer() and sequence() show the condition of the beat thread") {
  Beating b;
  Heartbeat beat{brisk(b.url)};
  CHECK(beat.writer() == Writer{});
  CHECK(beat.sequence() == 0);
  beat.report(Status::healthy);
  beat.start();
  REQUIRE(eventually([&] { return beat.sequence() >= 3; }));
  CHECK(beat.writer().failed_writes == 0);
  CHECK(beat.writer().last_error.empty());
  b.server.stop();
  REQUIRE(eventually([&] { return beat.writer().failed_writes > 0; }));
  CHECK_FALSE(beat.writer().last_error.empty());
  beat.stop();
  CHECK(beat.sequence() >= 4);
}

TEST_CASE("a beat thread that was not scheduled reports it in one beat") {
  Beating b;
  // Stops a whole child process, as a debugger or an overloaded machine would.
  const pid_t child = fork();
  REQUIRE(child >= 0);  // kill() would take it for all processes
  if (child == 0) {
    alarm(180);
    auto config = brisk(b.url);
    config.interval = 2s;  // for so long the beat that reports it can be read
    Heartbeat beat{config};
    beat.report(Status::healthy);
    beat.start();
    for (;;) std::this_thread::sleep_for(1s);
  }
  b.reader.wait_for(Status::healthy);
  std::this_thread::sleep_for(100ms);  // it was still writing, and now sleeps
  kill(child, SIGSTOP);
  std::this_thread::sleep_for(6s);
  kill(child, SIGCONT);
  const auto held = b.reader.wait_for([](const Document& d) { return d.writer->lateness > 2s; });
  CHECK(held.status == Status::degraded);
  CHECK(held.reason.starts_with("the beat thread was not scheduled for "));
  CHECK(held.writer->late_beats >= 1);
  const auto next = b.reader.wait_for(Status::healthy);
  CHECK(next.writer->worst_lateness > 2s);
  CHECK(next.writer->lapse.empty());
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
}
