#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "heartbeat/condition.hpp"
#include "heartbeat/status.hpp"

/// Checks as text, in the words of the C++ interface. Pure.
namespace heartbeat::command {

/// One check.
struct Rule {
  std::string text{};  ///< as it was written
  std::string name{};  ///< of the check; by default that of its source
  std::string source{};
  Kind kind = Kind::flag;  ///< no callback
  /// Within which the last event must be, or in which events are counted.
  std::chrono::milliseconds window{0};
  Comparison comparison = Comparison::equal;  ///< of a count, a rate or a gauge
  double limit = 0;
  Severity severity = Severity::critical;
  std::string sessions{};            ///< of the schedule; empty: always
  std::vector<std::string> dates{};  ///< of the schedule
};

/// [NAME:] SOURCE CONDITION SEVERITY [during "SESSIONS" [dates "DATE"...]]
///
///     websocket is_set critical
///     ticks within 60s critical during "Mon-Fri 09:15-15:30 Asia/Kolkata" dates "2026-01-26"
///     token: http_403 count 5m == 0 critical
///     ticks_per_second: ticks rate 60s > 0.5 warning
///     attempts < 10 warning
///
/// The error names the place, the wrong part and what is accepted.
tl::expected<Rule, std::string> parse_rule(std::string_view text);

/// A source is one of errors if each of its rules passes without an event; else one of activity.
bool passes_without_events(const Rule& rule);

/// The place of a byte of the text for people, who count characters from 1.
std::size_t character_at(std::string_view text, std::size_t byte);

/// The texts of rules and lines, each as in the option.
struct RulesFile {
  std::vector<std::string> rules{};
  std::vector<std::string> lines{};
};

/// What --rules FILE contains: `{"rules": [RULE...], "lines": [LINE...]}`.
tl::expected<RulesFile, std::string> parse_rules_file(std::string_view json);

}  // namespace heartbeat::command
