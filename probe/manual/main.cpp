// Only the build runs it: it writes a program's man page, completions, or docs/options.md.
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <tuple>

#include "cli/declare.hpp"
#include "command/options.hpp"
#include "manual/manual.hpp"

namespace {

using namespace probe::manual;

std::string contents(const std::string& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::string options_page(const CLI::App& probe, const CLI::App& board, const CLI::App& beat) {
  return "# Options\n\nGenerated from the declarations by `cmake --build --preset quick --target "
         "options_page`. An option overrides its variable.\n\n" +
         option_table(probe) + "\n" + option_table(board) + "\n" + option_table(beat);
}

}  // namespace

int main(int argc, char** argv) try {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  probe::ProbeArguments probe_arguments;
  CLI::App probe{"", "healthprobe"};
  probe::Declarations probe_declarations{probe};
  probe::declare_healthprobe(probe_declarations, probe_arguments);
  probe::BoardOptions board_options;
  CLI::App board{"", "healthboard"};
  probe::Declarations board_declarations{board};
  probe::declare_healthboard(board_declarations, board_options);
  heartbeat::command::BeatArguments beat_arguments;
  CLI::App beat{"", "healthbeat"};
  probe::Declarations beat_declarations{beat};
  heartbeat::command::declare_healthbeat(beat_declarations, beat_arguments);

  if (arguments.size() < 3) {
    std::cerr << "usage: healthprobe-manual man|bash|zsh|fish|options PROGRAM FILE [TEMPLATE]\n";
    return 1;
  }
  const auto& [what, program, file] = std::tie(arguments[0], arguments[1], arguments[2]);
  const auto& app = program == "healthboard" ? board : program == "healthbeat" ? beat : probe;
  const auto text = what == "man"    ? man_page(app, contents(arguments.back()))
                    : what == "bash" ? bash_completion(app)
                    : what == "zsh"  ? zsh_completion(app)
                    : what == "fish" ? fish_completion(app)
                                     : options_page(probe, board, beat);
  return std::ofstream{file} << text ? 0 : 1;
} catch (const std::exception& error) {
  std::cerr << "healthprobe-manual: " << error.what() << '\n';
  return 1;
}
