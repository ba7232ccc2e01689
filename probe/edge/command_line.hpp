#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace probe {

/// The program ends here: with a text to print and an exit status.
struct Stop {
  int exit_status = 1;
  std::string text;
  bool is_error = true;  ///< for stderr
};

/// `healthprobe: <complaint>`, and exit status 1.
Stop mistake(std::string_view complaint);

/// What may be said of an offending value: no control characters, not too long,
/// and no password of a URL.
std::string shown(std::string_view value);

/// The words of the command line, not yet understood.
struct CommandLine {
  std::vector<std::string> services{};
  /// By long name, such as `--max-age`; of a flag, `true`.
  std::map<std::string, std::vector<std::string>, std::less<>> values{};
};

/// Splits the arguments, the program's name first. --help and --version stop
/// with exit status 0, whatever else is there.
tl::expected<CommandLine, Stop> parse_command_line(std::span<const char* const> arguments);

}  // namespace probe
