#include <fmt/format.h>

#include <algorithm>

#include "cli/declare.hpp"

namespace probe {
namespace {

constexpr std::string_view connection_option = "--redis";  // redis/ reads its variables

/// Whether a word may contain the option: its long name, or its letter among other letters, which
/// follow one hyphen.
bool can_name(std::string_view word, std::string_view names) {
  if (word.starts_with("--")) return word.starts_with(names.substr(names.find("--")));
  const bool has_letter = names[1] != '-';
  return has_letter && word.starts_with('-') && word.find(names[1]) != word.npos;
}

/// The words for CLI11: in reverse order, and with the empty value of `--option=` as its own word.
std::vector<std::string> reversed_words(CommandLine arguments) {
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

/// Whether the option is given and is not a flag that is switched off.
bool is_in_force(const CLI::Option* option) {
  return option->count() > 0 &&
         (option->get_expected_max() > 0 || read_truth(option->results().back()).value_or(true));
}

void read_variable(CLI::Option& option, const redis::Environment& environment) {
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

/// The option for messages. A service is shown with its name.
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
  // The text after '=' may be a secret.
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

std::string complaint_of_current_exception(const CLI::App& app, CommandLine arguments) {
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

EffectiveSetting part(const char* name, const std::string& value, const char* absent,
                      const std::string& origin) {
  return {name, value.empty() ? absent : value, origin.empty() ? "default" : origin};
}

std::string hidden(const std::string& secret) { return secret.empty() ? "" : "***"; }

std::string tls_text(const redis::Tls& tls) {
  if (!tls.verify) return "on, but nothing is verified";
  return tls.check_hostname ? "on, certificate and host name verified"
                            : "on, certificate verified, host name not";
}

std::string authorities_text(const redis::Tls& tls) {
  if (!tls.ca_file.empty()) return tls.ca_file;
  return tls.ca_directory.empty() ? "where the system keeps them" : tls.ca_directory;
}

}  // namespace

Declarations::Declarations(CLI::App& app, std::optional<CommandLine> words)
    : app_{app}, words_{words}, stand_in_{words ? others_.add_option("--stand-in") : nullptr} {}

CLI::Option* Declarations::add(const char* names, const char* help) {
  const bool is_needed =
      !words_ || names[0] != '-' ||
      std::ranges::any_of(*words_, [&](const char* word) { return can_name(word, names); });
  return is_needed ? app_.add_option(names, CLI::callback_t{}, help) : stand_in_;
}

std::string origin(const CLI::App& app, const CLI::Option& option) {
  const auto& given = app.parse_order();
  if (std::ranges::find(given, &option) == given.end()) return option.get_envname();
  return option.get_positional() ? "service" : option.get_name();
}

UsageError invalid_value(const std::string& origin, const std::string& value,
                         const std::string& why) {
  return {fmt::format("{} '{}' {}", origin, shown(value), why)};
}

void parse(CLI::App& app, CommandLine arguments, const redis::Environment& environment) {
  // CLI11 must not read the variables: they could exclude arguments, and 2.4 ignores bad ones.
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

EarlyExit early_exit(const CLI::App& app, CommandLine arguments, bool is_for_nagios) {
  const auto complaint = complaint_of_current_exception(app, arguments);
  if (app.get_help_ptr()->count() > 0) return {0, app.help(), false};
  if (app.get_version_ptr()->count() > 0) return {0, app.version(), false};
  if (is_for_nagios)
    return {nagios_unknown, fmt::format("HEALTHPROBE UNKNOWN: {}\n", complaint), false};
  return {1, fmt::format("{}: {}\n", app.get_name(), complaint)};
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

std::vector<EffectiveSetting> effective_endpoint(const redis::Endpoint& endpoint,
                                                 const redis::Origins& origins) {
  std::vector<EffectiveSetting> all;
  all.push_back({"redis", to_string(endpoint), origins.url});
  constexpr auto default_user = "the default user";
  if (const auto& sentinels = endpoint.sentinels) {
    const auto& login = sentinels->login;
    all.push_back(
        part("sentinel user", redis::shown_user(login), default_user, origins.sentinel_username));
    all.push_back(
        part("sentinel password", hidden(login.password), "none", origins.sentinel_password));
  }
  all.push_back(part("user", redis::shown_user(endpoint.login), default_user, origins.username));
  all.push_back(part("password", hidden(endpoint.login.password), "none", origins.password));
  all.push_back({"database", std::to_string(endpoint.database), origins.url});
  all.push_back({"tls", endpoint.tls ? tls_text(*endpoint.tls) : "off", origins.url});
  if (endpoint.tls && endpoint.tls->verify)
    all.push_back({"CA certificates", authorities_text(*endpoint.tls), origins.authorities});
  if (endpoint.tls && !endpoint.tls->certificate.empty())
    all.push_back({"client certificate", endpoint.tls->certificate, origins.url});
  return all;
}

}  // namespace probe
