#include "heartbeat/detail/waker.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace heartbeat::detail {

// The word is shared with forked children, so the futex is not a private one. A bitset's time is
// the monotonic clock's.
bool Waker::sleep_until(Time when) noexcept {
  auto& state = *state_;
  const auto since_boot = std::max(when.time_since_epoch(), std::chrono::steady_clock::duration{});
  const auto whole = std::chrono::floor<std::chrono::seconds>(since_boot);
  const timespec until{.tv_sec = whole.count(),
                       .tv_nsec = std::chrono::nanoseconds{since_boot - whole}.count()};
  std::uint32_t seen = state;
  while (seen != called && !state.compare_exchange_weak(seen, asleep)) continue;
  while (state == asleep)
    if (syscall(SYS_futex, &state, FUTEX_WAIT_BITSET, asleep, &until, nullptr,
                FUTEX_BITSET_MATCH_ANY) != 0 &&
        errno == ETIMEDOUT)
      break;
  return state.exchange(awake) == called;
}

void Waker::end_sleep() noexcept {
  const auto error = errno;  // the caller may be a signal handler
  syscall(SYS_futex, &*state_, FUTEX_WAKE, 1);
  errno = error;
}

}  // namespace heartbeat::detail
