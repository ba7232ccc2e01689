#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "core/explanation.hpp"
#include "core/render.hpp"
#include "core/verdict.hpp"
#include "edge/command_line.hpp"
#include "redis/environment.hpp"

namespace probe {

/// What is wrong when neither argument nor variable names a service.
inline constexpr std::string_view no_service =
    "no service given (name one, or set HEARTBEAT_SERVICE)";

struct Options {
  std::vector<std::string> services;  ///< each once; none: the file tells whose it is, or `all`
  bool all = false;                   ///< the roster names the services
  bool scan = false;                  ///< and so do their keys; then `all` is true
  std::vector<std::string> forget{};  ///< none: services are judged; else these leave the roster
  std::size_t min_healthy = 0;        ///< replicas that are enough; 0: all must be
  std::string redis_url;              ///< empty: the environment tells
  std::string file;                   ///< empty: none
  bool file_alone = false;            ///< Redis is not asked
  std::chrono::milliseconds timeout{2000};
  Rule rule;
  bool own = false;  ///< rule.own_host is this host
  Tolerance tolerance;
  Format format = Format::text;
  bool watch = false;  ///< a board that is kept up to date, instead of one look
  bool quiet = false;
  std::string write;  ///< the file to be replaced by the output; empty: stdout
  std::optional<std::vector<EffectiveSetting>> explain;  ///< the settings, if they are wanted
  std::string warning;                                   ///< a line for stderr; may be empty
};

/// Reads the arguments, the program's name first, and the variables that stand
/// in for them. Opens no file: where Redis is, is not looked at yet. The error
/// is one line that names the offending value and what is accepted.
tl::expected<Options, Stop> parse_options(std::span<const char* const> arguments,
                                          const heartbeat::redis::Environment& environment);

}  // namespace probe
