#include "document/vocabulary.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace heartbeat {
namespace {

template <typename Word, std::size_t n>
using Table = std::array<std::pair<Word, std::string_view>, n>;

constexpr Table<Status, 4> statuses{{{Status::healthy, "healthy"},
                                     {Status::starting, "starting"},
                                     {Status::degraded, "degraded"},
                                     {Status::unhealthy, "unhealthy"}}};
constexpr Table<Severity, 2> severities{
    {{Severity::warning, "warning"}, {Severity::critical, "critical"}}};
constexpr Table<CheckState, 4> check_states{{{CheckState::pass, "pass"},
                                             {CheckState::waiting, "waiting"},
                                             {CheckState::suppressed, "suppressed"},
                                             {CheckState::fail, "fail"}}};
constexpr Table<Kind, 6> kinds{{{Kind::flag, "flag"},
                                {Kind::age, "age"},
                                {Kind::count, "count"},
                                {Kind::rate, "rate"},
                                {Kind::gauge, "gauge"},
                                {Kind::callback, "callback"}}};
constexpr Table<Comparison, 6> comparisons{{{Comparison::less, "<"},
                                            {Comparison::less_equal, "<="},
                                            {Comparison::greater, ">"},
                                            {Comparison::greater_equal, ">="},
                                            {Comparison::equal, "=="},
                                            {Comparison::not_equal, "!="}}};

template <typename Word, std::size_t n>
std::string_view name_of(const Table<Word, n>& table, Word word) noexcept {
  const auto row = std::ranges::find(table, word, &std::pair<Word, std::string_view>::first);
  return row == table.end() ? std::string_view{} : row->second;
}

template <typename Word, std::size_t n>
std::optional<Word> word_of(const Table<Word, n>& table, std::string_view name) noexcept {
  const auto row = std::ranges::find(table, name, &std::pair<Word, std::string_view>::second);
  return row == table.end() ? std::nullopt : std::optional{row->first};
}

}  // namespace

std::string_view to_string(Status status) noexcept { return name_of(statuses, status); }
std::string_view to_string(Severity severity) noexcept { return name_of(severities, severity); }
std::string_view to_string(CheckState state) noexcept { return name_of(check_states, state); }
std::string_view to_string(Kind kind) noexcept { return name_of(kinds, kind); }
std::string_view to_string(Comparison comparison) noexcept {
  return name_of(comparisons, comparison);
}

std::optional<Status> status_from(std::string_view name) noexcept {
  return word_of(statuses, name);
}
std::optional<Severity> severity_from(std::string_view name) noexcept {
  return word_of(severities, name);
}
std::optional<CheckState> check_state_from(std::string_view name) noexcept {
  return word_of(check_states, name);
}
std::optional<Kind> kind_from(std::string_view name) noexcept { return word_of(kinds, name); }
std::optional<Comparison> comparison_from(std::string_view name) noexcept {
  return word_of(comparisons, name);
}

}  // namespace heartbeat
