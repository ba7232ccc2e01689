#include "writer/membarrier.hpp"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace heartbeat {
namespace {

bool membarrier(int command) noexcept { return syscall(__NR_membarrier, command, 0, 0) == 0; }

}  // namespace

// Registered by the first failure, and not by a static variable's initialization: registering takes
// the kernel a while, and a child that is forked meanwhile would wait for ever for a
// thread that it does not have.
bool process_barrier() noexcept {
  return membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED) ||
         (membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) &&
          membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED));
}

}  // namespace heartbeat
