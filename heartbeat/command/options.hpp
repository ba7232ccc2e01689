#pragma once

#include <chrono>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "cli/declare.hpp"
#include "heartbeat/status.hpp"

/// healthbeat: beats for programs that cannot link the library.
namespace heartbeat::command {

enum class Action { beat, stop };

/// The options of every action. Each belongs to some actions and is refused with the others.
struct BeatOptions {
  Action action = Action::beat;
  std::string service{};
  std::string redis_url{};  ///< from --redis; empty: the environment decides
  std::string prefix{};
  std::chrono::milliseconds timeout{2000};
  Status status = Status::healthy;
  std::string reason{};
  std::chrono::seconds ttl{60};
  std::string warning{};  ///< a line for stderr; may be empty
};

/// What is parsed before the options are checked together.
struct BeatArguments {
  BeatOptions options{};
  std::string action{};
  std::vector<std::string> names{};
};

void declare_healthbeat(probe::Declarations& in, BeatArguments& arguments);

/// Reads the arguments and the options' variables. Opens no file.
tl::expected<BeatOptions, probe::EarlyExit> parse_beat_options(
    probe::CommandLine arguments, const redis::Environment& environment);

}  // namespace heartbeat::command
