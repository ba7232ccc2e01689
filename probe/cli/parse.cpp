#include "cli/parse.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/declare.hpp"
#include "redis/url.hpp"

namespace probe {
namespace {

constexpr std::string_view connection_option = "--redis";  // has variables that redis/ reads

/// CLI11 takes the last word first, and the empty value of `--option=` as a word of its own.
std::vector<std::string> reversed_words(std::span<const char* const> arguments) {
  std::vector<std::string> words;
  bool only_services = false;
  for (std::string_view word : arguments.subspan(std::min<std::size_t>(1, arguments.size()))) {
    only_services = only_services || word == "--";
    const bool has_empty_value = !only_services && word.starts_with("--") && word.ends_with('=');
    if (has_empty_value) word.remove_suffix(1);
    words.emplace_back(word);
    if (has_empty_value) words.emplace_back();
  }
  std::ranges::reverse(words);
  return words;
}

bool takes_all(const CLI::Option& option) {
  return option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
}

/// Given, and not a flag that says no.
bool is_in_force(const CLI::Option* option) {
  return option->count() > 0 &&
         (option->get_expected_max() > 0 || read_truth(option->results().back()).value_or(true));
}

void read_variable(CLI::Option& option, const heartbeat::redis::Environment& environment) {
  if (option.count() > 0 || option.get_envname().empty() || option.get_name() == connection_option)
    return;
  const auto value = environment.variable(option.get_envname().c_str());
  if (!value || std::ranges::any_of(option.get_excludes(), is_in_force)) return;
  if (takes_all(option) && !option.get_positional())
    option.add_result(split(*value, ';'));
  else
    option.add_result(*value);
  option.run_callback();
}

/// The name that messages give an option, with the value where it is the name of a service.
std::string name_of(const CLI::Option& option) {
  return option.get_positional() ? fmt::format("service '{}'", shown(option.results().front()))
                                 : option.get_name();
}

std::string conflict(const CLI::App& app) {
  const auto& given = app.parse_order();
  for (auto* option : given)
    for (auto* other : given)
      if (option->get_excludes().contains(other))
        return fmt::format("{} cannot be combined with {}", name_of(*option), name_of(*other));
  return {};
}

std::string unknown_option(const CLI::App& app) {
  // What follows the '=' may be a secret.
  const auto word = app.remaining().front();
  const auto name = word.substr(0, word.find('='));
  std::vector<std::string> names;
  for (const auto* option : app.get_options())
    for (const auto& long_name : option->get_lnames()) names.push_back("--" + long_name);
  const auto similar = nearest(name, names);
  return fmt::format("unknown option '{}' ({}see {} --help)", shown(name),
                     similar.empty() ? "" : fmt::format("did you mean {}? ", similar),
                     app.get_name());
}

/// The last argument ends with the option: `--timeout`, `-t` or `-qt`.
std::string without_value(std::string_view last) {
  const auto name = last.starts_with("--") ? std::string{last} : fmt::format("-{}", last.back());
  return fmt::format("option '{}' needs a value", name);
}

std::string complaint_of_current_exception(const CLI::App& app,
                                           std::span<const char* const> arguments) {
  try {
    throw;
  } catch (const UsageError& error) {
    return error.text;
  } catch (const CLI::ExtrasError&) {
    return unknown_option(app);
  } catch (const CLI::ArgumentMismatch&) {
    return without_value(arguments.back());
  } catch (const CLI::ExcludesError&) {
    return conflict(app);
  } catch (const CLI::Success&) {
    return {};
  }
}

bool holds_secret(const heartbeat::redis::Endpoint& endpoint) {
  return !endpoint.login.password.empty() ||
         (endpoint.tls && !endpoint.tls->key_password.empty()) ||
         (endpoint.sentinels && !endpoint.sentinels->login.password.empty());
}

}  // namespace

void parse(CLI::App& app, std::span<const char* const> arguments,
           const heartbeat::redis::Environment& environment) {
  // CLI11 would read the variables too early: as if they were arguments, they would contradict
  // arguments; and its version 2.4 passes over a variable with a bad value.
  std::vector<std::pair<CLI::Option*, std::string>> variables;
  for (auto* option : app.get_options()) variables.emplace_back(option, option->get_envname());
  for (auto& [option, name] : variables) option->envname("");
  const auto restore = [&] {
    for (auto& [option, name] : variables) option->envname(name);
  };
  try {
    app.parse(reversed_words(arguments));
  } catch (...) {
    restore();
    throw;
  }
  restore();
  for (auto& [option, name] : variables) read_variable(*option, environment);
}

bool is_argument(const CLI::App& app, std::string_view name) {
  return std::ranges::any_of(app.parse_order(), [&](const CLI::Option* option) {
    return option->check_lname(std::string{name});
  });
}

EarlyExit early_exit(const CLI::App& app, std::span<const char* const> arguments,
                     bool is_for_nagios) {
  const auto complaint = complaint_of_current_exception(app, arguments);
  if (app.get_help_ptr()->count() > 0) return {0, app.help(), false};
  if (app.get_version_ptr()->count() > 0)
    return {0, fmt::format("{} {}\n", app.get_name(), HEALTHPROBE_VERSION), false};
  if (is_for_nagios) return {nagios_unknown, error_line("HEALTHPROBE UNKNOWN", complaint), false};
  return {1, error_line(app.get_name(), complaint)};
}

std::vector<EffectiveSetting> effective_options(const CLI::App& app) {
  std::vector<EffectiveSetting> all;
  for (const auto* option : app.get_options()) {
    if (option->get_default_str().empty() || option->get_name() == connection_option) continue;
    const auto name = option->get_lnames().front();
    auto values = option->results();
    if (values.empty()) all.push_back({name, option->get_default_str(), "default"});
    if (!values.empty() && !takes_all(*option)) values = {values.back()};
    for (const auto& value : values) all.push_back({name, value, origin(app, *option)});
  }
  return all;
}

void complete(CommonOptions& options, const CLI::App& app,
              const heartbeat::redis::Environment& environment) {
  auto& services = options.selection.services;
  std::vector<std::string> once;
  for (auto& name : services)
    if (std::ranges::find(once, name) == once.end()) once.push_back(std::move(name));
  services = std::move(once);
  options.selection.all = options.selection.all || options.selection.scan;
  options.file_alone = !options.file.empty() && is_argument(app, "file") &&
                       options.redis_url.empty() && !heartbeat::redis::names_redis(environment);
  if (options.selection.all && options.file_alone)
    throw UsageError{fmt::format("--file without a Redis cannot be combined with {}",
                                 options.selection.scan ? "--scan" : "--all")};
  const auto endpoint = heartbeat::redis::parse_url(options.redis_url);
  if (endpoint && holds_secret(*endpoint))
    options.warning = fmt::format(
        "{}: warning: arguments are public (ps, docker events): give the password of "
        "--redis in HEARTBEAT_REDIS_URL or REDIS_PASSWORD_FILE\n",
        app.get_name());
}

}  // namespace probe
