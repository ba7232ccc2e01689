#include "document/document.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "document/time.hpp"

namespace heartbeat {
namespace {

using std::chrono::milliseconds;

milliseconds to_milliseconds(double seconds) {
  constexpr double longest = 1e12;
  return milliseconds{static_cast<std::int64_t>(std::clamp(seconds, -longest, longest) * 1000)};
}

std::string number(const Value& value) {
  const auto* n = std::get_if<double>(&value);
  return n == nullptr ? "nothing" : fmt::format("{:.6g}", *n);
}

// "<5" and ">0", but "60s" for an age, which is always compared with <, and "0" for "must equal 0".
std::string limit(const CheckReport& check) {
  const auto* n = std::get_if<double>(&check.limit);
  if (check.kind == Kind::age && n != nullptr) return format_duration(to_milliseconds(*n));
  const auto comparison = check.comparison == Comparison::equal ? "" : to_string(check.comparison);
  return fmt::format("{}{}{}", comparison, number(check.limit),
                     check.kind == Kind::rate ? "/s" : "");
}

std::string truth(const Value& value) {
  const auto* set = std::get_if<bool>(&value);
  return set == nullptr ? "never set" : *set ? "is true" : "is false";
}

// The value and the limit: "75s ago, limit 60s".
std::string finding(const CheckReport& check, milliseconds document_age) {
  const auto window = check.window ? format_duration(*check.window) : std::string{"?"};
  const auto* minimum = check.value_is_minimum ? "at least " : "";
  switch (check.kind) {
    case Kind::flag:
      return truth(check.value);
    case Kind::age: {
      const auto* age = std::get_if<double>(&check.value);
      if (age == nullptr) return fmt::format("never, limit {}", limit(check));
      return fmt::format("{} ago, limit {}", format_duration(to_milliseconds(*age) + document_age),
                         limit(check));
    }
    case Kind::count:
    case Kind::rate:
      return fmt::format("{}{}{} {}, limit {}", minimum, number(check.value),
                         check.kind == Kind::rate ? "/s over" : " in", window, limit(check));
    case Kind::gauge:
      return fmt::format("{}, limit {}", number(check.value), limit(check));
    case Kind::callback:
      if (!check.output.empty()) return check.output;
      return check.value == Value{true} ? "succeeded" : "failed";
  }
  return {};
}

// The time after the severity, in brackets: when the state ends, or how long it has lasted.
std::string timing(const CheckReport& check, std::optional<WallTime> written_at,
                   milliseconds document_age) {
  if (check.clears_in)
    return ", clears in " +
           format_duration(std::max(milliseconds{0}, *check.clears_in - document_age));
  const bool dated_by_value =
      check.kind == Kind::age && std::holds_alternative<double>(check.value);
  if (dated_by_value || !check.since || !written_at) return {};
  const auto before = std::max(milliseconds{0}, *written_at - *check.since);
  return ", " + format_duration(before + document_age);
}

bool is_cause_of(const CheckReport& check, Status status) {
  if (status == Status::starting)
    return check.state == CheckState::waiting && check.severity == Severity::critical;
  return status != Status::healthy && check.state == CheckState::fail;
}

std::string passes(const std::vector<CheckReport>& checks) {
  const auto count = [&](CheckState state) {
    return std::ranges::count(checks, state, &CheckReport::state);
  };
  const auto passing = count(CheckState::pass);
  std::string text = fmt::format("{} check{}", passing, passing == 1 ? " passes" : "s pass");
  if (const auto n = count(CheckState::waiting)) text += fmt::format(", {} waiting", n);
  if (const auto n = count(CheckState::suppressed)) text += fmt::format(", {} suppressed", n);
  return text;
}

}  // namespace

std::string describe(const CheckReport& check, std::optional<WallTime> written_at,
                     milliseconds document_age) {
  const auto what =
      check.state == CheckState::waiting ? "waiting for data" : finding(check, document_age);
  return fmt::format("{} {} ({}{})", check.name, what, to_string(check.severity),
                     timing(check, written_at, document_age));
}

std::string summarize(const Document& document, milliseconds document_age) {
  std::string text;
  const auto add = [&text](const std::string& part) {
    if (!text.empty() && !part.empty()) text += "; ";
    text += part;
  };
  if (document.reported && document.reported->status == document.status) {
    const auto& reason = document.reported->reason;
    if (document.status != Status::healthy)
      add(reason.empty() ? fmt::format("reported {}", to_string(document.status)) : reason);
    else if (document.checks.empty())
      add(reason);
  }
  for (const auto severity : {Severity::critical, Severity::warning})
    for (const auto& check : document.checks)
      if (check.severity == severity && is_cause_of(check, document.status))
        add(describe(check, document.written_at, document_age));
  if (document.writer && document.status != Status::healthy) {
    add(document.writer->lapse);
    if (!document.writer->rival.empty()) add("also written by " + document.writer->rival);
  }
  if (!text.empty()) return text;
  if (!document.reason.empty() || document.checks.empty()) return document.reason;
  return passes(document.checks);
}

}  // namespace heartbeat
