#include "watch/status_table.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "core/lasted.hpp"

namespace probe {
namespace {

/// A healthy service may have been so for longer than its document says.
Since by_document(Since since, const Verdict& verdict, SteadyTime at) {
  constexpr std::chrono::seconds jitter{2};  // of the age of a beat, by which the times are found
  const auto time = lasted(verdict);
  if (!time) return since;
  const auto begun = at - *time;
  if (verdict.reason == Reason::healthy) {
    if (!since.is_known) since.at = std::min(since.at, begun);
  } else if (!since.is_known || std::chrono::abs(begun - since.at) > jitter) {
    since = {begun, true};
  }
  return since;
}

}  // namespace

bool is_answered(const WatchReading& result) noexcept {
  return std::ranges::any_of(result.verdicts, [](const Verdict& verdict) {
    return !is_redis_trouble(verdict.reason) && verdict.reason != Reason::usage;
  });
}

std::optional<Problem> problem_of(const WatchReading& result) {
  if (is_answered(result) || result.verdicts.empty()) return std::nullopt;
  return Problem{result.verdicts.front().reason, result.verdicts.front().text};
}

void StatusTable::update(WatchReading&& result) noexcept {
  const bool was_current = std::exchange(current_, is_answered(result));
  const auto old_reason = std::exchange(problem_.reason, Reason::healthy);
  if (auto problem = problem_of(result)) {
    problem_.reason = problem->reason;
    problem_.text = std::move(problem->what);
    if (old_reason == Reason::healthy) problem_since_ = {result.at, has_result_};
  }
  has_result_ = true;
  place_ = std::move(result.place);
  if (current_) update_rows(std::move(result), was_current);
}

void StatusTable::update_rows(WatchReading&& result, bool was_current) noexcept {
  std::map<std::string_view, const TableRow*> before;
  for (const auto& row : rows_) before.emplace(row.verdict->service, &row);
  std::ranges::sort(result.verdicts, {}, &Verdict::service);
  std::vector<TableRow> rows;
  found_at_ = result.at;
  counts_ = {};
  for (const auto* verdict : worst_first(result.verdicts)) {
    ++counts_[static_cast<std::size_t>(verdict->status())];
    const auto known = before.find(verdict->service);
    const bool is_kept = known != before.end() && known->second->verdict->reason == verdict->reason;
    const auto since = is_kept ? known->second->since : Since{result.at, was_current};
    rows.push_back({verdict, by_document(since, *verdict, result.at)});
  }
  rows_.swap(rows);
  verdicts_.swap(result.verdicts);
}

}  // namespace probe
