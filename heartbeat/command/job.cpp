#include "command/job.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "document/text.hpp"
#include "document/time.hpp"

namespace heartbeat::command {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t max_line_bytes = 4096;
constexpr auto a_year = std::chrono::hours{24 * 366};

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r") == line.npos; }

/// Of a run that is well.
Reported healthy(const JobPlan& plan, std::string text) {
  if (plan.flaw.empty()) return {Status::healthy, std::move(text)};
  return {Status::degraded, fmt::format("{}; {}", text, plan.flaw)};
}

}  // namespace

WallTime next_due(const JobPlan& plan, WallTime started, WallTime now) {
  if (plan.due)
    return plan.due->next(std::chrono::floor<std::chrono::seconds>(now))
        .value_or(std::chrono::floor<std::chrono::seconds>(now + a_year));
  const auto runs = now < started ? 1 : (now - started) / plan.every + 1;
  return started + runs * plan.every;
}

WallTime missing_at(const JobPlan& plan, WallTime started, WallTime due) {
  const auto between = plan.due ? std::max(due - started, milliseconds{0}) : plan.every;
  return due + plan.grace.value_or(between / 10);
}

std::string how_it_ended(const JobEnd& end) {
  return end.signal != 0 ? fmt::format("killed by signal {}", end.signal)
                         : fmt::format("exit status {}", end.exit_status);
}

Reported running(const JobPlan& plan, WallTime started, milliseconds elapsed, bool is_suspended) {
  const auto text = format_duration(elapsed);
  if (is_suspended) return {Status::degraded, fmt::format("suspended, {} after its start", text)};
  if (plan.limit && elapsed > *plan.limit) {
    const auto [since, limit] = format_durations(elapsed, *plan.limit);
    return {Status::degraded, fmt::format("running for {}, limit {}", since, limit)};
  }
  const auto due = next_due(plan, started, started);
  if (!plan.is_service && started + elapsed >= due)
    return {Status::degraded, fmt::format("running for {}, and the next run was due at {}", text,
                                          format_timestamp(due))};
  return healthy(plan, fmt::format("running for {}", text));
}

Reported finished(const JobPlan& plan, const JobEnd& end, milliseconds elapsed) {
  if (!end.start_failure.empty()) return {Status::unhealthy, end.start_failure};
  if (plan.is_service || end.signal != 0 || end.exit_status != 0)
    return {Status::unhealthy,
            fmt::format("{} after {}{}{}", how_it_ended(end), format_duration(elapsed),
                        end.last_line.empty() ? "" : ": ", end.last_line)};
  if (plan.limit && elapsed > *plan.limit) {
    const auto [took, limit] = format_durations(elapsed, *plan.limit);
    return {Status::degraded, fmt::format("finished in {}, limit {}", took, limit)};
  }
  return healthy(plan, fmt::format("finished in {}", format_duration(elapsed)));
}

LastLine::LastLine() : lines_{max_line_bytes} {}

void LastLine::add(std::string_view text) {
  lines_.add(text, [this](std::string_view line) {
    if (!is_blank(line)) ended_ = line;
  });
}

std::string LastLine::text() const {
  const auto line = is_blank(lines_.begun()) ? std::string_view{ended_} : lines_.begun();
  return std::string{line.ends_with('\r') ? trimmed(line.substr(0, line.size() - 1))
                                          : trimmed(line)};
}

}  // namespace heartbeat::command
