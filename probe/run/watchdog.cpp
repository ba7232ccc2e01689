#include "run/watchdog.hpp"

#include <pthread.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>
#include <vector>

namespace probe {
namespace {

struct LastWords {
  Destination destination;
  std::string output;
  int exit_status;
};

std::atomic<const LastWords*> last_words{nullptr};
static_assert(std::atomic<const LastWords*>::is_always_lock_free, "read by a signal handler");

// The file system may hang, too: then SIGALRM ends the process without output.
constexpr unsigned seconds_to_deliver = 1;

void unblock_alarm() noexcept {
  sigset_t alarms;
  sigemptyset(&alarms);
  sigaddset(&alarms, SIGALRM);
  sigprocmask(SIG_UNBLOCK, &alarms, nullptr);
}

// The signal handler: calls only async-signal-safe functions.
void end(int) {
  const auto* words = last_words.load();
  if (words->destination.is_file()) {
    signal(SIGALRM, SIG_DFL);
    unblock_alarm();
    alarm(seconds_to_deliver);
  }
  const bool is_delivered = words->destination.deliver(words->output) == 0;
  _exit(is_delivered || words->exit_status != 0 ? words->exit_status : 1);
}

void* body(void* call) {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, nullptr);
  (*static_cast<const std::function<void()>*>(call))();
  return nullptr;
}

}  // namespace

Watchdog::Watchdog(std::chrono::steady_clock::time_point deadline, Destination destination)
    : deadline_{deadline}, destination_{std::move(destination)} {
  static const LastWords nothing{{}, {}, 1};
  last_words = &nothing;
  struct sigaction action{};
  action.sa_handler = end;
  sigaction(SIGALRM, &action, nullptr);
  unblock_alarm();  // the parent may have blocked it
}

void Watchdog::prepare(std::string output, int exit_status, std::chrono::milliseconds grace) {
  // Never freed: the handler may be reading them.
  static std::vector<std::unique_ptr<const LastWords>> all;
  all.push_back(std::make_unique<const LastWords>(destination_, std::move(output), exit_status));
  last_words = all.back().get();

  using std::chrono::microseconds;
  const auto now = std::chrono::steady_clock::now();
  const auto alarm_at = std::max(deadline_, now) + grace;
  if (std::exchange(alarm_at_, alarm_at) == alarm_at) return;
  // Zero would stop the timer.
  const auto delay = std::max(std::chrono::ceil<microseconds>(alarm_at - now), microseconds{1});
  itimerval timer{};
  timer.it_value = {delay.count() / 1'000'000, delay.count() % 1'000'000};
  setitimer(ITIMER_REAL, &timer, nullptr);
}

void Watchdog::disarm() noexcept {
  const itimerval never{};
  setitimer(ITIMER_REAL, &never, nullptr);
}

void run_in_thread(const std::function<void()>& call) {
  auto own = call;
  pthread_t thread{};
  if (pthread_create(&thread, nullptr, body, &own) != 0) return call();
  pthread_join(thread, nullptr);
}

}  // namespace probe
