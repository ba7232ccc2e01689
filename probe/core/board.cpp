#include "core/board.hpp"

#include <algorithm>
#include <utility>

namespace probe {
namespace {

bool is_trouble(Reason reason) noexcept {
  return is_redis_trouble(reason) || reason == Reason::usage;
}

/// Worst first, then by name.
bool comes_before(const Row& row, Word word, std::string_view name) noexcept {
  const auto& verdict = *row.verdict;
  return verdict.word() != word ? verdict.word() > word : verdict.service < name;
}

/// The row of the service, if it has this word.
const Row* find(std::span<const Row> rows, Word word, std::string_view name) noexcept {
  while (!rows.empty()) {
    const auto middle = rows.size() / 2;
    const auto& row = rows[middle];
    if (comes_before(row, word, name))
      rows = rows.subspan(middle + 1);
    else if (row.verdict->word() == word && row.verdict->service == name)
      return &row;
    else
      rows = rows.first(middle);
  }
  return nullptr;
}

bool has(std::span<const Row> rows, std::string_view name) noexcept {
  for (const auto word :
       {Word::unhealthy, Word::unknown, Word::degraded, Word::starting, Word::healthy})
    if (find(rows, word, name) != nullptr) return true;
  return false;
}

}  // namespace

bool is_answered(const Look& look) noexcept {
  return std::ranges::any_of(look.verdicts,
                             [](const Verdict& verdict) { return !is_trouble(verdict.reason); });
}

void Board::note(Look&& look) noexcept {
  const bool was_current = std::exchange(current_, is_answered(look));
  const auto old_reason = std::exchange(problem_.reason, Reason::healthy);
  if (!current_ && !look.verdicts.empty()) {
    problem_.reason = look.verdicts.front().reason;
    problem_.text = look.verdicts.front().text;
    if (old_reason == Reason::healthy) problem_since_ = {look.at, looked_};
  }
  changed_ = problem_.reason != old_reason;
  looked_ = true;
  place_ = std::move(look.place);
  gone_.clear();
  if (current_) note_verdicts(std::move(look), was_current);
}

void Board::note_verdicts(Look&& look, bool was_current) noexcept {
  std::vector<Row> rows(look.verdicts.size());
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].verdict = &look.verdicts[i];
  std::ranges::sort(rows, [](const Row& left, const Row& right) {
    return comes_before(left, right.verdict->word(), right.verdict->service);
  });
  found_at_ = look.at;
  counts_ = {};
  std::size_t kept = 0;
  for (auto& [verdict, since] : rows) {
    ++counts_[static_cast<std::size_t>(verdict->word())];
    const auto* known = find(rows_, verdict->word(), verdict->service);
    const bool is_kept = known != nullptr && known->verdict->reason == verdict->reason;
    since = is_kept ? known->since : Since{look.at, was_current};
    if (is_kept) ++kept;
  }
  if (kept != rows.size() || kept != rows_.size()) changed_ = true;
  if (kept != rows_.size())
    for (const auto& row : rows_)
      if (!has(rows, row.verdict->service)) gone_.push_back(row.verdict->service);
  rows_.swap(rows);
  verdicts_.swap(look.verdicts);
}

}  // namespace probe
