#include "beat/barrier.hpp"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace heartbeat {
namespace {

bool membarrier(int command) noexcept { return syscall(__NR_membarrier, command, 0, 0) == 0; }

}  // namespace

bool process_barrier() noexcept {
  static const bool registered = membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED);
  return registered && membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
}

}  // namespace heartbeat
