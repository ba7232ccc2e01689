#include "edge/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "document/text.hpp"
#include "edge/declarations.hpp"
#include "redis/tls.hpp"

namespace probe {
namespace {

constexpr std::size_t longest_shown = 80;

constexpr const char* footer =
    "Exit status: 0 healthy (or let pass by an option), 1 everything else; -o nagios: 0 to 3.\n"
    "Durations: 500ms, 3s, 2m, 1h; a bare number is seconds. Variables of flags: 1 or 0.\n"
    "Secrets belong into variables or files, not into arguments: HEARTBEAT_REDIS_URL[_FILE],\n"
    "REDIS_URL[_FILE], REDIS_USERNAME, REDIS_PASSWORD[_FILE], REDISCLI_AUTH;\n"
    "REDIS_SENTINEL_USERNAME, REDIS_SENTINEL_PASSWORD[_FILE]; SSL_CERT_FILE, SSL_CERT_DIR.";

void declare(CLI::App& app) {
  app.set_help_flag();
  app.allow_extras();
  app.footer(std::string{footer} + (heartbeat::redis::has_tls() ? "\nThis build speaks TLS."
                                                                : "\nThis build speaks no TLS."));
  app.get_formatter()->column_width(34);
  // For the help alone, it takes nothing: CLI11 would make two services of "[a,b]".
  app.add_option("SERVICE")
      ->description("names of services; else $HEARTBEAT_SERVICE")
      ->type_name("")
      ->expected(0, CLI::detail::expected_max_vector_size)
      ->allow_extra_args(false);
  for (const auto& declaration : declarations()) {
    const auto help = fmt::format("{}{}[${}]", declaration.help,
                                  std::string_view{declaration.help}.ends_with('\n') ? "" : " ",
                                  declaration.variable);
    auto* option = declaration.value == nullptr ? app.add_flag(declaration.names)
                                                : app.add_option(declaration.names)
                                                      ->type_name(declaration.value)
                                                      ->allow_extra_args(false);
    option->description(help)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }
  app.add_flag("-h,--help")->description("print this");
  app.add_flag("--version")->description("print the version");
}

/// The arguments last first, as CLI11 takes them, and `--prefix=`, in which it
/// would see an option that still waits for its value, in two.
std::vector<std::string> prepared(std::span<const char* const> arguments) {
  std::vector<std::string> words;
  for (std::string word : arguments.subspan(std::min<std::size_t>(1, arguments.size()))) {
    const bool empty_value = word.ends_with('=') && takes_value(word.substr(0, word.size() - 1));
    if (empty_value) word.pop_back();
    words.push_back(std::move(word));
    if (empty_value) words.emplace_back();
  }
  std::ranges::reverse(words);
  return words;
}

}  // namespace

Stop mistake(std::string_view complaint) {
  return {1, fmt::format("healthprobe: {}\n", complaint)};
}

std::string shown(std::string_view value) {
  const auto authority = value.find("://");
  auto text = authority == value.npos ? std::string{value}
                                      : std::string{value.substr(0, authority + 3)} + "***";
  return heartbeat::truncate(heartbeat::printable(text), longest_shown);
}

tl::expected<CommandLine, Stop> parse_command_line(std::span<const char* const> arguments) {
  // The usual health check has no options, and setting up CLI11 would be a third of its work.
  const auto names = arguments.subspan(std::min<std::size_t>(1, arguments.size()));
  if (std::ranges::none_of(names, [](const char* word) { return *word == '-'; }))
    return CommandLine{.services = {names.begin(), names.end()}};

  CLI::App app{"Says whether a service is healthy, by the document that it keeps in Redis.",
               "healthprobe"};
  declare(app);
  const auto words = prepared(arguments);
  try {
    app.parse(std::vector<std::string>{words});
  } catch (const CLI::ParseError&) {
    // Extras are allowed and no value is converted: only the last option can
    // be at fault, for want of a value.
    return tl::unexpected{
        mistake(fmt::format("option '{}' needs a value", shown(words.empty() ? "" : words[0])))};
  }

  if (app.count("--help") > 0) return tl::unexpected{Stop{0, app.help(), false}};
  if (app.count("--version") > 0)
    return tl::unexpected{Stop{0, "healthprobe " HEALTHPROBE_VERSION "\n", false}};
  CommandLine line;
  bool only_services = false;
  for (const auto& word : app.remaining()) {
    if (!only_services && word == "--")
      only_services = true;
    else if (!only_services && word.starts_with('-'))
      // What follows the '=' may be a secret.
      return tl::unexpected{mistake(fmt::format("unknown option '{}' (see healthprobe --help)",
                                                shown(word.substr(0, word.find('=')))))};
    else
      line.services.push_back(word);
  }
  for (const auto& declaration : declarations())
    if (const auto* option = app.get_option(std::string{declaration.option}); option->count() > 0)
      line.values[std::string{declaration.option}] = option->results();
  return line;
}

}  // namespace probe
