// A service for the hunt (hunt_test.py), which controls it by lines on its standard input. It
// answers each line with a word and the monotonic time at which that became true.
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <iostream>
#include <string>

#include "heartbeat/heartbeat.hpp"

using namespace std::chrono_literals;

namespace {

constexpr int work_pause_ms = 200;

void say(const char* word) {
  const std::chrono::duration<double> now = std::chrono::steady_clock::now().time_since_epoch();
  std::printf("%s %.6f\n", word, now.count());
  std::fflush(stdout);
}

bool has_order() {
  pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  return poll(&input, 1, work_pause_ms) > 0;
}

}  // namespace

int main() {
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // also while SIGSTOP holds it
  heartbeat::Heartbeat beat;
  auto& work = beat.activity("work");
  beat.check("working", heartbeat::critical, work.within(1s));
  work.mark();
  beat.start();
  say("works");
  std::string order;
  while (true) {
    // While it hangs, it stands still here until the next order.
    if (order != "hang" && !has_order()) {
      work.mark();
      continue;
    }
    if (!std::getline(std::cin, order)) return 1;
    if (order == "hang") {
      say("hangs");
    } else if (order == "work") {
      work.mark();
      say("works");
    } else if (order == "stop") {
      beat.stop();
      say("stopped");
      return 0;
    }
  }
}
