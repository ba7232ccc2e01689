#include "command/tests.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "command/rules.hpp"
#include "document/document.hpp"
#include "document/names.hpp"
#include "document/text.hpp"
#include "heartbeat/error.hpp"

namespace heartbeat::command {
namespace {

tl::unexpected<std::string> wrong_part(std::string_view text, std::size_t byte,
                                       std::string_view part, const char* what,
                                       std::string_view accepted) {
  return tl::unexpected{fmt::format("is wrong at character {}: '{}' is {} (accepted: {})",
                                    character_at(text, byte), printable(part, max_shown_bytes),
                                    what, accepted)};
}

}  // namespace

tl::expected<CommandTest, std::string> parse_test(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == text.npos || trimmed(text.substr(equals + 1)).empty())
    return tl::unexpected{std::string{"has no command after a = (accepted: NAME=COMMAND)"}};
  CommandTest test{.line = std::string{text.substr(equals + 1)}};
  const auto blank = text.substr(0, equals).find(' ');
  test.name = text.substr(0, std::min(blank, equals));
  if (!is_check_name(test.name))
    return wrong_part(text, 0, test.name, "not a name", accepted_check_names);
  if (blank == text.npos) return test;
  const auto severity = text.substr(blank + 1, equals - blank - 1);
  const auto read = enum_from<Severity>(severity);
  if (!read) return wrong_part(text, blank + 1, severity, "no severity", "critical, warning");
  test.severity = *read;
  return test;
}

void declare_test(ServiceState& service, const CommandTest& test, Polling polling,
                  std::function<bool()> run) try {
  auto& callback = service.add_callback(std::move(run), polling, [] { return true; });
  service.add_check(test.name, test.severity, {.source = &callback, .kind = Kind::callback});
} catch (const ConfigError& error) {
  throw ConfigError{fmt::format("--test '{}': {}", test.name, error.what())};
}

}  // namespace heartbeat::command
