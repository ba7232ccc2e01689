// beat_cost CHECKS BEATS: makes that many beats, for scripts/counts to count their instructions.
#include <cstdlib>

#include "checks.hpp"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  Checks checks{std::atoi(argv[1])};
  std::size_t bytes = 0;
  for (int beats = std::atoi(argv[2]); beats > 0; --beats) bytes = checks.beat().size();
  return bytes > 0 ? 0 : 1;
}
