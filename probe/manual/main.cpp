// healthprobe-manual WHAT FILE: writes one of what is installed beside
// healthprobe. Used by the build alone.
#include <fstream>
#include <iostream>
#include <string_view>

#include "manual/manual.hpp"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: healthprobe-manual man|bash|zsh|fish FILE\n";
    return 1;
  }
  const std::string_view what = argv[1];
  const std::string text = what == "man"    ? probe::manual::man_page()
                           : what == "bash" ? probe::manual::bash_completion()
                           : what == "zsh"  ? probe::manual::zsh_completion()
                           : what == "fish" ? probe::manual::fish_completion()
                                            : std::string{};
  if (text.empty() || !(std::ofstream{argv[2]} << text)) {
    std::cerr << "healthprobe-manual: cannot write " << what << " to " << argv[2] << "\n";
    return 1;
  }
  return 0;
}
