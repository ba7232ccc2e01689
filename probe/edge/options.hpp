#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "core/explanation.hpp"
#include "core/render.hpp"
#include "core/selection.hpp"
#include "core/verdict.hpp"
#include "edge/command_line.hpp"
#include "redis/environment.hpp"

namespace probe {

/// What is wrong when neither argument nor variable names a service.
inline constexpr std::string_view no_service =
    "no service given (name one, or set HEARTBEAT_SERVICE)";

/// What both programs are told: which services, where to read them, and what passes.
struct CommonOptions {
  Selection selection;
  std::string redis_url;    ///< empty: the environment tells
  std::string file;         ///< empty: none
  bool file_alone = false;  ///< Redis is not asked
  std::chrono::milliseconds timeout{2000};
  AcceptancePolicy acceptance;
  ExitPolicy exit_policy;
  std::string warning;  ///< a line for stderr; may be empty
};

struct Options : CommonOptions {
  std::vector<std::string> forget{};  ///< none: services are judged; else these leave the roster
  bool own = false;                   ///< acceptance.own_host is this host
  Format format = Format::text;
  bool watch = false;  ///< a table that is kept up to date, instead of one look
  bool quiet = false;
  std::string write;  ///< the file to be replaced by the output; empty: stdout
  std::optional<std::vector<EffectiveSetting>> explain;  ///< the settings, if they are wanted
};

/// Reads the arguments, the program's name first, and the variables that stand
/// in for them. Opens no file: where Redis is, is not looked at yet. The error
/// is one line that names the offending value and what is accepted.
tl::expected<Options, Stop> parse_options(std::span<const char* const> arguments,
                                          const heartbeat::redis::Environment& environment);

}  // namespace probe
