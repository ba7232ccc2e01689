#include "command/declared.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "command/sources.hpp"
#include "document/text.hpp"
#include "heartbeat/error.hpp"
#include "host/text_file.hpp"

namespace heartbeat::command {
namespace {

/// Adds what each text says; `what` is one of them.
template <typename Parsed>
void add_parsed(const std::vector<std::string>& texts, const char* what,
                tl::expected<Parsed, std::string> (*parse)(std::string_view),
                std::vector<Parsed>& all) {
  for (const auto& text : texts) {
    auto parsed = parse(text);
    if (!parsed)
      throw ConfigError{
          fmt::format("{} '{}' {}", what, printable(text, max_shown_bytes), parsed.error())};
    all.push_back(*std::move(parsed));
  }
}

void add_file(const std::string& path, DeclaredChecks& checks) try {
  const auto content = read_text_file(path);
  if (!content) throw ConfigError{content.error()};
  const auto file = parse_rules_file(*content);
  if (!file) throw ConfigError{file.error()};
  add_parsed(file->rules, "rule", parse_rule, checks.rules);
  add_parsed(file->lines, "line", parse_line_mark, checks.lines);
} catch (const ConfigError& error) {
  throw ConfigError{
      fmt::format("--rules '{}': {}", printable(path, max_shown_bytes), error.what())};
}

}  // namespace

DeclaredChecks declared_checks(const BeatOptions& options) {
  DeclaredChecks checks{.rules = options.rules,
                        .lines = options.lines,
                        .watchdog = options.watchdog,
                        .tests = options.tests,
                        .polling = options.polling};
  if (!options.rules_file.empty()) add_file(options.rules_file, checks);
  require_declarable(checks);
  return checks;
}

void require_declarable(const DeclaredChecks& checks) {
  const auto is_watchdog = [](const auto& check) { return check.name == "watchdog"; };
  if (checks.watchdog && (std::ranges::any_of(checks.rules, is_watchdog) ||
                          std::ranges::any_of(checks.tests, is_watchdog)))
    throw ConfigError{"--watchdog is a check with this name: another one needs another name"};
  if (checks.rules.empty() && checks.tests.empty() && checks.lines.empty()) return;
  const ResolvedConfig config{};
  const Clock clock;
  detail::Waker waker;
  ServiceState service{config, clock, waker};
  const NamedSources sources{service, checks.rules};
  for (const auto& line : checks.lines)
    if (const auto complaint = sources.why_no_events(line.source); !complaint.empty())
      throw ConfigError{fmt::format("line '{}' is wrong at character 1: {}",
                                    printable(line.text, max_shown_bytes), complaint)};
  for (const auto& test : checks.tests)
    declare_test(service, test, checks.polling, [] { return true; });
}

}  // namespace heartbeat::command
