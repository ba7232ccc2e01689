#include "command/declared.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "command/sources.hpp"
#include "document/text.hpp"
#include "heartbeat/error.hpp"
#include "host/text_file.hpp"

namespace heartbeat::command {
namespace {

void add_file(const std::string& path, std::vector<Rule>& rules) try {
  const auto content = read_text_file(path);
  if (!content) throw ConfigError{content.error()};
  const auto file = parse_rules_file(*content);
  if (!file) throw ConfigError{file.error()};
  for (const auto& text : *file) {
    auto rule = parse_rule(text);
    if (!rule)
      throw ConfigError{
          fmt::format("rule '{}' {}", printable(text, max_shown_bytes), rule.error())};
    rules.push_back(*std::move(rule));
  }
} catch (const ConfigError& error) {
  throw ConfigError{
      fmt::format("--rules '{}': {}", printable(path, max_shown_bytes), error.what())};
}

}  // namespace

DeclaredChecks declared_checks(const BeatOptions& options) {
  DeclaredChecks checks{.rules = options.rules,
                        .watchdog = options.watchdog,
                        .tests = options.tests,
                        .polling = options.polling};
  if (!options.rules_file.empty()) add_file(options.rules_file, checks.rules);
  require_declarable(checks);
  return checks;
}

void require_declarable(const DeclaredChecks& checks) {
  const auto is_watchdog = [](const auto& check) { return check.name == "watchdog"; };
  if (checks.watchdog && (std::ranges::any_of(checks.rules, is_watchdog) ||
                          std::ranges::any_of(checks.tests, is_watchdog)))
    throw ConfigError{"--watchdog is a check with this name: another one needs another name"};
  const ResolvedConfig config{};
  const Clock clock;
  detail::Waker waker;
  ServiceState service{config, clock, waker};
  [[maybe_unused]] const NamedSources sources{service, checks.rules};
  for (const auto& test : checks.tests)
    declare_test(service, test, checks.polling, [] { return true; });
}

}  // namespace heartbeat::command
