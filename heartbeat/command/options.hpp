#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "cli/declare.hpp"
#include "command/lines.hpp"
#include "command/rules.hpp"
#include "command/tests.hpp"
#include "heartbeat/status.hpp"

/// healthbeat: beats for programs that cannot link the library.
namespace heartbeat::command {

enum class Action { beat, stop, run, watch, send };

/// The exit status if `run` is used wrongly: the command was not run.
inline constexpr int not_run = 125;

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
  // Of run and watch:
  std::vector<CommandTest> tests{};
  Polling polling{};  ///< of the tests
  // Of run:
  std::optional<std::chrono::milliseconds> every{};
  std::string due{};       ///< empty: `every`
  std::string calendar{};  ///< a file of dates; empty: none
  std::optional<std::chrono::milliseconds> grace{};
  std::optional<std::chrono::milliseconds> limit{};
  std::chrono::milliseconds linger{60'000};
  std::vector<Rule> rules{};
  std::vector<LineMark> lines{};
  std::string rules_file{};
  bool notifies = false;  ///< the command speaks sd_notify(3), and says READY=1
  std::optional<std::chrono::milliseconds> watchdog{};
  std::vector<const char*> command{};
  std::string message{};  ///< of send; empty: the lines of standard input
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
