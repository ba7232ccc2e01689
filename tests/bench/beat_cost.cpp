// beat_cost CHECKS BEATS: makes that many beats, for scripts/counts to count their instructions. On
// a clock that stands still: how old an event is changes how much there is to do and to write.
#include <cstdlib>

#include "checks.hpp"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  heartbeat::Clock clock{heartbeat::Clock::stopped};
  Checks checks{std::atoi(argv[1]), clock};
  std::size_t bytes = 0;
  for (int beats = std::atoi(argv[2]); beats > 0; --beats) bytes = checks.beat().size();
  return bytes > 0 ? 0 : 1;
}
