#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "core/fleet_report.hpp"
#include "core/verdict.hpp"
#include "redis/config.hpp"
#include "render/explanation.hpp"
#include "render/render.hpp"

namespace probe {

/// Options of both programs: which services, where to read their documents, and what passes.
struct CommonOptions {
  Selection selection;
  std::string redis_url;    ///< of --redis; empty: the environment tells
  std::string file;         ///< empty: no file
  bool file_alone = false;  ///< only the file is read, and Redis is not asked
  std::chrono::milliseconds timeout{2000};
  AcceptancePolicy acceptance;
  ExitPolicy exit_policy;
  std::string warning;  ///< a line for stderr; may be empty
};

/// Options of healthprobe.
struct Options : CommonOptions {
  std::vector<std::string> forget{};  ///< these leave the roster; empty: services are judged
  Format format = Format::text;
  bool watch = false;  ///< a table that is kept up to date
  bool quiet = false;
  std::string write;  ///< the file that the output replaces; empty: stdout
  std::optional<std::vector<EffectiveSetting>> explain;  ///< the settings, for --explain
};

/// Options of healthboard.
struct BoardOptions : CommonOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8686;
  std::size_t max_connections = 1024;
};

/// The program ends instead of doing its work: --help, --version or a usage error.
struct EarlyExit {
  int exit_status = 1;
  std::string text;
  bool is_error = true;  ///< the text is for stderr
};

/// Reads the arguments, of which the first is the program's name, and the variables that stand in
/// for options. An option on the command line overrides its own variable, and the variables of
/// options that it cannot be combined with. Opens no file and does not look for Redis.
/// The error of a wrong usage is one line that names the option or variable and what it accepts.
tl::expected<Options, EarlyExit> parse_options(std::span<const char* const> arguments,
                                               const heartbeat::redis::Environment& environment);
tl::expected<BoardOptions, EarlyExit> parse_board_options(
    std::span<const char* const> arguments, const heartbeat::redis::Environment& environment);

/// As parse_options(), always by the parser with all options.
tl::expected<Options, EarlyExit> options_by_parser(
    std::span<const char* const> arguments, const heartbeat::redis::Environment& environment);

/// Whether a variable of an option is set, other than of the connection, prefix and service.
bool sets_option(const heartbeat::redis::Environment& environment);

/// The options of a plain `healthprobe NAME...`, without the cost of the parser. Nothing: the
/// parser is needed.
std::optional<Options> plain_options(std::span<const char* const> arguments,
                                     const heartbeat::redis::Environment& environment);

}  // namespace probe
