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

std::vector<Rule> declared_rules(const BeatOptions& options) {
  auto rules = options.rules;
  if (!options.rules_file.empty()) add_file(options.rules_file, rules);
  if (options.watchdog && std::ranges::find(rules, "watchdog", &Rule::name) != rules.end())
    throw ConfigError{"--watchdog is a check with this name: a rule needs another one"};
  require_declarable(rules);
  return rules;
}

}  // namespace heartbeat::command
