#include "board/core/poll_result.hpp"

namespace board {

std::vector<probe::Verdict> verdicts_on(std::string_view name, const PollResult& result) {
  auto verdicts = probe::verdicts_for(name, result.report, result.query);
  if (!verdicts.empty() || !result.report.problem) return verdicts;
  auto query = result.query;
  query.selection.all = false;
  query.selection.services = {std::string{name}};
  return probe::report_without_redis(query, *result.report.problem).verdicts;
}

void name_known_services(PollResult& result, const std::vector<std::string>& known) {
  const auto& verdicts = result.report.verdicts;
  const bool is_nameless = !verdicts.empty() && verdicts.front().service == probe::all_services;
  if (!result.report.problem || !is_nameless || known.empty()) return;
  auto query = result.query;
  query.selection.all = false;
  query.selection.services = known;
  const auto problem = *result.report.problem;
  result.report = probe::report_without_redis(query, problem);
}

}  // namespace board
