#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/cli11.hpp"
#include "cli/options.hpp"
#include "cli/values.hpp"

/// Each option of the programs is declared once, with CLI11: names, type, help, default, variable,
/// group, exclusions. Help, man pages, completions, docs/options.md and --explain are made from it.
namespace probe {

/// Where options are declared, which takes longer than to parse them: with `words`, an option that
/// no word can name is replaced by a stand-in, which is never parsed.
class Declarations {
 public:
  explicit Declarations(CLI::App& app, std::optional<CommandLine> words = std::nullopt);

  CLI::Option* add(const char* names, const char* help);
  bool is_stand_in(const CLI::Option* option) const { return option == stand_in_; }
  CLI::App& app() { return app_; }

 private:
  CLI::App& app_;
  std::optional<CommandLine> words_;
  CLI::App others_;
  CLI::Option* stand_in_;
};

/// The name of the option for messages: `--timeout`. If the value came from a variable: its name.
std::string origin(const CLI::App& app, const CLI::Option& option);
/// `--timeout '5x' is not a duration (accepted: ...)`
UsageError invalid_value(const std::string& origin, const std::string& value,
                         const std::string& why);

/// Declares an option. `read` turns its text into a Parsed; its error is thrown as a UsageError.
/// The target is set to the last value; a vector gets all values.
template <typename Target, typename Read>
CLI::Option* add_value(Declarations& in, const char* names, const char* type, Target& target,
                       Read read, const char* help) {
  auto* option = in.add(names, help);
  if (in.is_stand_in(option)) return option;
  option->type_name(type)->take_last();
  option->each([&app = in.app(), &target, option, read](const std::string& text) {
    auto value = read(text);
    if (!value) throw invalid_value(origin(app, *option), text, value.error());
    if constexpr (requires { target.push_back(*std::move(value)); })
      target.push_back(*std::move(value));
    else
      target = *std::move(value);
  });
  return option;
}

/// Declares an option that needs no value. `--name=false` and its variable can switch it off.
template <typename Target, typename Read = Parsed<bool> (*)(const std::string&)>
CLI::Option* add_flag(Declarations& in, const char* names, Target& target, const char* help,
                      Read read = read_truth) {
  return add_value(in, names, "", target, read, help)->expected(0)->default_str("no");
}

inline auto duration_up_to(std::chrono::milliseconds max) {
  return [max](const std::string& text) { return read_duration(text, max); };
}

/// Options of every program that talks to Redis.
void declare_redis_url(Declarations& in, std::string& url);
void declare_prefix(Declarations& in, std::string& prefix);

/// A line for stderr if the URL of --redis has a password in it, which other users see; or nothing.
std::string warning_about_password(const CLI::App& app, const std::string& url);

inline auto number_up_to(std::size_t max) {
  return [max](const std::string& text) { return read_number(text, max); };
}

void exclude(CLI::Option* option, std::initializer_list<CLI::Option*> others);

/// Common options that options of one program exclude.
struct CommonDeclarations {
  CLI::Option* services;
  CLI::Option* file;
  CLI::Option* scan;
  CLI::Option* min_healthy;
  CLI::Option* expected;
  CLI::Option* forget_after;
};

CommonDeclarations declare_common(Declarations& in, CommonOptions& options);

struct ProbeArguments {
  Options options;
  std::string instance;
  bool explain = false;
  CLI::Option* output = nullptr;
};

void declare_healthprobe(Declarations& in, ProbeArguments& arguments);
void declare_healthboard(Declarations& in, BoardOptions& options);

/// Declares --help and --version, after all other options. `footer` is the first line below them.
void declare_help(CLI::App& app, const std::string& footer);

/// Parses the arguments, then the variables of the other options. Throws UsageError or CLI11's.
void parse(CLI::App& app, CommandLine arguments, const redis::Environment& environment);

/// Whether the option is among the arguments. `name` is without its hyphens.
bool is_argument(const CLI::App& app, std::string_view name);

/// How the program ends after the current exception. --help and --version win over every error.
EarlyExit early_exit(const CLI::App& app, CommandLine arguments, bool is_for_nagios = false);

/// Every option with the value that is in force, except the URL of Redis.
std::vector<EffectiveSetting> effective_options(const CLI::App& app);

}  // namespace probe
