#include "command/watch.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <exception>

#include "command/beat_once.hpp"
#include "command/companion.hpp"
#include "command/declared.hpp"
#include "command/documents.hpp"
#include "command/job_beats.hpp"
#include "command/say.hpp"
#include "document/time.hpp"
#include "host/descriptor.hpp"

namespace heartbeat::command {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto last_beat_limit = 5s;

/// The signals that end the watch, and those of children that end.
class WatchSignals {
 public:
  WatchSignals() {
    sigset_t taken;
    sigemptyset(&taken);
    for (const int signal : {SIGTERM, SIGINT, SIGCHLD}) sigaddset(&taken, signal);
    sigprocmask(SIG_BLOCK, &taken, nullptr);
    signal(SIGCHLD, SIG_DFL);  // if it were ignored, we would not learn how a test ended
    descriptor_ = Descriptor{signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK)};
  }

  int number() const noexcept { return descriptor_.number(); }

  /// Whether one has asked this process to end since the last call.
  bool take() const noexcept {
    bool asks = false;
    signalfd_siginfo info{};
    while (read(number(), &info, sizeof info) == sizeof info)
      asks |= info.ssi_signo != static_cast<unsigned>(SIGCHLD);
    return asks;
  }

 private:
  Descriptor descriptor_{};
};

/// The orphans that process 1 gets, and the companion.
void reap_orphans() noexcept {
  while (waitpid(-1, nullptr, WNOHANG | __WNOTHREAD) > 0) continue;
}

void say_goodbye(JobBeats& beats, const WatchSignals& signals, std::chrono::seconds ttl) {
  const auto until = steady_clock::now() + last_beat_limit;
  beats.finish([ttl](Document document) { return without_next_beat(std::move(document), ttl); },
               true, until);
  pollfd ready[] = {{beats.done(), POLLIN, 0}, {signals.number(), POLLIN, 0}};
  bool is_asked_again = false;
  while (ready[0].revents == 0 && !is_asked_again && steady_clock::now() < until) {
    poll(ready, 2,
         static_cast<int>(
             std::chrono::ceil<std::chrono::milliseconds>(until - steady_clock::now()).count()));
    is_asked_again = signals.take();
  }
  if (!beats.is_written()) say(fmt::format("the last beat is not written: {}", beats.last_error()));
}

}  // namespace

int watch(const BeatOptions& options, const redis::Environment& environment,
          const Inherited& inherited) try {
  const auto checks = declared_checks(options);
  const auto config = resolved(options, environment);
  const WatchSignals signals;
  Output no_output;
  Companion companion{inherited, no_output};  // before there is a thread
  JobBeats beats{config, checks, companion, std::nullopt};
  do {
    pollfd ready{signals.number(), POLLIN, 0};
    poll(&ready, 1, -1);
    reap_orphans();
  } while (!signals.take());
  say_goodbye(beats, signals, config.ttl);
  companion.leave(no_output);
  return 0;
} catch (const std::exception& error) {
  say(error.what());
  return 1;
}

}  // namespace heartbeat::command
