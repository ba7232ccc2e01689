#include "writer/callback_loop.hpp"

#include <chrono>
#include <utility>

namespace heartbeat {

void keep_calling(Callback& callback, const Clock& clock, DetachableThread& thread,
                  ServiceState& service) noexcept {
  while (!thread.stopping()) {
    callback.begin(clock.now());
    service.wake();
    CallbackState result;
    if (!thread.run_abandonable([&] { result = callback.run(); })) return;
    const Time next = clock.now() + callback.polling().every;
    callback.end(std::move(result));
    service.wake();
    for (Time now = clock.now(); now < next && !thread.stopping(); now = clock.now())
      thread.sleep_until(std::chrono::steady_clock::now() + (next - now));
  }
}

}  // namespace heartbeat
