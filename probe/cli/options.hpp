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

namespace redis = heartbeat::redis;

/// Arguments, of which the first is the program's name.
using CommandLine = std::span<const char* const>;

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

  FleetQuery query() const {
    return {.selection = selection, .acceptance = acceptance, .exit_policy = exit_policy};
  }
};

struct Options : CommonOptions {
  std::vector<std::string> forget{};  ///< names to remove from the roster; empty: check services
  Format format = Format::text;
  bool checks = false;                               ///< show all checks and the writer, too
  bool watch = false;                                ///< show a table and keep it up to date
  std::optional<std::chrono::milliseconds> history;  ///< show so much of it, and check nothing
  std::optional<std::chrono::milliseconds> silence;  ///< silence the services for so long
  std::string reason;                                ///< of the silence
  bool unsilence = false;                            ///< end the silences of the services
  bool silences = false;                             ///< show what is silenced
  bool quiet = false;
  std::string write;  ///< the file that the output replaces; empty: stdout
  std::optional<std::vector<EffectiveSetting>> explain;  ///< the settings, for --explain
};

struct BoardOptions : CommonOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8686;
  std::size_t max_connections = 1024;
  bool ping = false;                       ///< ask the healthboard that listens there
  std::vector<std::string> allowed_hosts;  ///< names in the header Host; `*`: every name
  Format log_format = Format::text;        ///< or json
  bool writes_history = true;              ///< to Redis; false: only in memory
};

/// The program ends instead of doing its work: --help, --version or a usage error.
struct EarlyExit {
  int exit_status = 1;
  std::string text;
  bool is_error = true;  ///< the text is for stderr
};

/// Reads the arguments and the options' variables. An argument overrides its own variable, and
/// those of options that it excludes. Opens no file, except in /proc for --own. An error is a line
/// that says what is accepted.
tl::expected<Options, EarlyExit> parse_options(CommandLine arguments,
                                               const redis::Environment& environment);
tl::expected<BoardOptions, EarlyExit> parse_board_options(CommandLine arguments,
                                                          const redis::Environment& environment);

/// The settings of the connection to Redis, for --explain. A password is shown as "***".
std::vector<EffectiveSetting> effective_endpoint(const redis::Endpoint& endpoint,
                                                 const redis::Origins& origins);

/// The complaint if neither an argument nor a variable names a service.
inline constexpr std::string_view no_service =
    "no service given (name one, or set HEARTBEAT_SERVICE)";

/// As parse_options(), but always with CLI11 and all options. For tests.
tl::expected<Options, EarlyExit> options_by_parser(CommandLine arguments,
                                                   const redis::Environment& environment);

/// The options of `healthprobe NAME...` without CLI11, which takes long. Nothing: it is needed.
std::optional<Options> plain_options(CommandLine arguments, const redis::Environment& environment);

}  // namespace probe
