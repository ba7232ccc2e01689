#include "document/document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "document/time.hpp"

namespace heartbeat {
namespace {

using std::chrono::milliseconds;

milliseconds to_milliseconds(double seconds) {
  constexpr double longest = 1e12;
  return milliseconds{static_cast<std::int64_t>(std::clamp(seconds, -longest, longest) * 1000)};
}

// A whole number has all of its digits.
std::string rounded(double number, int digits) {
  constexpr double exact = 9007199254740992.0;  // 2^53
  if (std::trunc(number) == number && std::abs(number) <= exact)
    return std::to_string(static_cast<std::int64_t>(number));
  return fmt::format("{:.{}g}", number, digits);
}

// Six digits; more if it would read like `other`, from which it differs, or as 1e+06.
std::string number(const Value& value, const Value& other) {
  constexpr int all_digits = 17;
  const auto* n = std::get_if<double>(&value);
  if (n == nullptr) return "nothing";
  const auto* o = std::get_if<double>(&other);
  for (int digits = 6;; ++digits) {
    auto text = rounded(*n, digits);
    const bool reads_alike = o != nullptr && *o != *n && rounded(*o, digits) == text;
    const bool is_short = text.find("e+") != text.npos && std::abs(*n) < 1e15;
    if (digits == all_digits || (!reads_alike && !is_short)) return text;
  }
}

// "limit <5", "must be 0", "must be above 0/s".
std::string limit(const CheckReport& check) {
  const auto words = [&]() -> std::string_view {
    if (std::holds_alternative<std::monostate>(check.limit)) return "limit ";
    switch (check.comparison) {
      case Comparison::less:
        return "limit <";
      case Comparison::less_equal:
        return "limit <=";
      case Comparison::greater:
        return "must be above ";
      case Comparison::greater_equal:
        return "must be at least ";
      case Comparison::equal:
        return "must be ";
      case Comparison::not_equal:
        return "must not be ";
    }
    return {};
  };
  return fmt::format("{}{}{}", words(), number(check.limit, check.value),
                     check.kind == Kind::rate ? "/s" : "");
}

// "75s ago" and "60s", which never read alike. Such a check is always compared with <.
std::pair<std::string, std::string> age_and_limit(const CheckReport& check,
                                                  milliseconds document_age) {
  const auto* age = std::get_if<double>(&check.value);
  const auto* limit = std::get_if<double>(&check.limit);
  const auto since = age == nullptr ? milliseconds{0} : to_milliseconds(*age) + document_age;
  const auto most = limit == nullptr ? milliseconds{0} : to_milliseconds(*limit);
  const auto texts = age == nullptr || limit == nullptr
                         ? std::pair{format_duration(since), format_duration(most)}
                         : format_durations(since, most);
  return {age == nullptr ? "never" : texts.first + " ago",
          limit == nullptr ? "nothing" : texts.second};
}

// "at least 3 in 5m", "0/s over 10s".
std::string amount_in_window(const CheckReport& check) {
  const auto window = check.window ? format_duration(*check.window) : std::string{"?"};
  return fmt::format("{}{}{} {}", check.value_is_minimum ? "at least " : "",
                     number(check.value, check.limit), check.kind == Kind::rate ? "/s over" : " in",
                     window);
}

std::string truth(const Value& value) {
  const auto* set = std::get_if<bool>(&value);
  return set == nullptr ? "never set" : *set ? "is true" : "is false";
}

// The value and the limit: "75s ago, limit 60s".
std::string finding(const CheckReport& check, milliseconds document_age) {
  switch (check.kind) {
    case Kind::flag:
      return truth(check.value) + (check.output.empty() ? "" : ": " + check.output);
    case Kind::age: {
      const auto [age, limit] = age_and_limit(check, document_age);
      return fmt::format("{}, limit {}", age, limit);
    }
    case Kind::count:
    case Kind::rate:
      return fmt::format("{}, {}", amount_in_window(check), limit(check));
    case Kind::gauge:
      return fmt::format("{}, {}", number(check.value, check.limit), limit(check));
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

void append_passes(const std::vector<CheckReport>& checks, std::string& text) {
  const auto count = [&](CheckState state) {
    return std::ranges::count(checks, state, &CheckReport::state);
  };
  const auto passing = count(CheckState::pass);
  text.append(std::to_string(passing)).append(passing == 1 ? " check passes" : " checks pass");
  const auto append = [&](CheckState state) {
    if (const auto n = count(state))
      text.append(", ").append(std::to_string(n)).append(" ").append(to_string(state));
  };
  append(CheckState::waiting);
  append(CheckState::suppressed);
}

// The last document: "stopped at 2026-11-27T01:00:00.000Z on host app-1, pid 12".
std::string farewell_text(const Document& document) {
  std::string text{farewell_reason};
  if (document.written_at) text += " at " + format_timestamp(*document.written_at);
  if (const auto& writer = document.instance; writer && !writer->host.empty())
    text += fmt::format(" on host {}, pid {}", writer->host, writer->pid);
  return text;
}

// "true"; without a truth yet, `nothing_yet`.
std::string truth_or(const Value& value, const char* nothing_yet) {
  const auto* set = std::get_if<bool>(&value);
  return set == nullptr ? nothing_yet : *set ? "true" : "false";
}

}  // namespace

std::string shown_value(const CheckReport& check, milliseconds document_age) {
  switch (check.kind) {
    case Kind::flag:
      return truth_or(check.value, "never set");
    case Kind::callback:
      return truth_or(check.value, "none yet");
    case Kind::age:
      return age_and_limit(check, document_age).first;
    case Kind::count:
    case Kind::rate:
      return amount_in_window(check);
    case Kind::gauge:
      return std::holds_alternative<std::monostate>(check.value) ? "never set"
                                                                 : number(check.value, check.limit);
  }
  return {};
}

std::string shown_limit(const CheckReport& check, milliseconds document_age) {
  if (std::holds_alternative<bool>(check.limit)) return truth_or(check.limit, "");
  std::string text{check.comparison == Comparison::equal ? "" : to_string(check.comparison)};
  if (check.kind == Kind::age) return text += age_and_limit(check, document_age).second;
  return text.append(number(check.limit, check.value)).append(check.kind == Kind::rate ? "/s" : "");
}

std::string describe(const CheckReport& check, std::optional<WallTime> written_at,
                     milliseconds document_age) {
  const auto what =
      check.state == CheckState::waiting ? "waiting for data" : finding(check, document_age);
  return fmt::format("{} {} ({}{})", check.name, what, to_string(check.severity),
                     timing(check, written_at, document_age));
}

std::string summarize(const Document& document, milliseconds document_age, std::string text) {
  text.clear();
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
    if (!document.writer->rival.empty())
      add("another process writes the same key: " + document.writer->rival);
    if (!document.writer->dates_error.empty())
      add("the dates are old: " + document.writer->dates_error);
  }
  if (!text.empty()) return text;
  if (document.status == Status::unhealthy && document.reason == farewell_reason)
    return farewell_text(document);
  if (!document.reason.empty() || document.checks.empty()) return document.reason;
  append_passes(document.checks, text);
  return text;
}

}  // namespace heartbeat
