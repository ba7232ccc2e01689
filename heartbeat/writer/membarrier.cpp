#include "writer/membarrier.hpp"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace heartbeat {
namespace {

bool membarrier(int command) noexcept { return syscall(__NR_membarrier, command, 0, 0) == 0; }

}  // namespace

// The first failure registers, not the initialization of a static variable: registering takes the
// kernel a while, and a child forked meanwhile would wait for ever for a thread it does not have.
bool process_barrier() noexcept {
  return membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED) ||
         (membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) &&
          membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED));
}

}  // namespace heartbeat
