#include "process/run_in_thread.hpp"

#include <pthread.h>
#include <signal.h>

namespace probe {
namespace {

void* body(void* call) {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, nullptr);
  (*static_cast<const std::function<void()>*>(call))();
  return nullptr;
}

}  // namespace

void run_in_thread(const std::function<void()>& call) {
  auto own = call;
  pthread_t thread{};
  if (pthread_create(&thread, nullptr, body, &own) != 0) return call();
  pthread_join(thread, nullptr);
}

}  // namespace probe
