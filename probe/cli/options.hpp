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
#include "render/render.hpp"

namespace probe {

/// Options of both programs: which services, where to read their documents, and what passes.
struct CommonOptions {
  Selection selection;
  std::string redis_url;    ///< from --redis; empty: the environment decides
  std::string file;         ///< empty: no file
  bool file_alone = false;  ///< only the file is read, and Redis is not asked
  std::chrono::milliseconds timeout{2000};
  AcceptancePolicy acceptance;
  ExitPolicy exit_policy;
  std::string warning;  ///< a line for stderr; may be empty
};

/// Options of healthprobe.
struct Options : CommonOptions {
  std::vector<std::string> forget{};  ///< names to remove from the roster; empty: check services
  Format format = Format::text;
  bool watch = false;  ///< show a table and keep it up to date
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

/// Reads the arguments, of which the first is the program's name, and the options' variables. An
/// option on the command line overrides its own variable, and the variables of options that it
/// cannot be combined with. Opens no file and does not connect to Redis. A usage error is one line
/// that names the option or variable and the values that it accepts.
tl::expected<Options, EarlyExit> parse_options(std::span<const char* const> arguments,
                                               const heartbeat::redis::Environment& environment);
tl::expected<BoardOptions, EarlyExit> parse_board_options(
    std::span<const char* const> arguments, const heartbeat::redis::Environment& environment);

/// The complaint if neither an argument nor a variable names a service.
inline constexpr std::string_view no_service =
    "no service given (name one, or set HEARTBEAT_SERVICE)";

/// `<program>: <complaint>` and a newline.
std::string error_line(std::string_view program, std::string_view complaint);

/// As parse_options(), but always with CLI11 and all options. For tests.
tl::expected<Options, EarlyExit> options_by_parser(
    std::span<const char* const> arguments, const heartbeat::redis::Environment& environment);

/// The options of a plain `healthprobe NAME...`, found without CLI11, which would take longer than
/// the rest of the program. Nothing: CLI11 is needed.
std::optional<Options> plain_options(std::span<const char* const> arguments,
                                     const heartbeat::redis::Environment& environment);

}  // namespace probe
