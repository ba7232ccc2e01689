#include "cli/declare.hpp"
#include "cli/parse.hpp"

namespace probe {

tl::expected<BoardOptions, EarlyExit> parse_board_options(
    std::span<const char* const> arguments, const heartbeat::redis::Environment& environment) {
  CLI::App app{"", "healthboard"};
  BoardOptions options;
  Declarations declarations{app};
  declare_healthboard(declarations, options);
  try {
    parse(app, arguments, environment);
    complete(options, app, environment);
    auto& selection = options.selection;
    selection.all = selection.all || (selection.services.empty() && !options.file_alone);
    return options;
  } catch (...) {
    return tl::unexpected{early_exit(app, arguments)};
  }
}

}  // namespace probe
