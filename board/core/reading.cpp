#include "board/core/reading.hpp"

#include <algorithm>

namespace board {

Reading reading_of(const Asked& asked, const std::vector<probe::Answer>& answers,
                   const probe::AcceptancePolicy& acceptance, WallTime at) {
  Reading reading{.verdicts = {}, .listed = asked.listed, .at = at};
  for (std::size_t i = 0; i < asked.names.size(); ++i)
    reading.verdicts.push_back(probe::judge(asked.names[i], answers[i], acceptance));
  const auto failed = [](const probe::Answer& answer) {
    const auto* problem = std::get_if<probe::Problem>(&answer.value);
    return problem != nullptr && probe::is_redis_trouble(problem->reason);
  };
  if (!answers.empty() && std::ranges::all_of(answers, failed))
    reading.problem = std::get<probe::Problem>(answers.front().value);
  return reading;
}

Asked asked_for(std::vector<std::string> listed, const std::vector<std::string>& guests) {
  Asked asked{.names = std::move(listed)};
  asked.listed = asked.names.size();
  for (const auto& guest : guests)
    if (std::ranges::find(asked.names, guest) == asked.names.end()) asked.names.push_back(guest);
  return asked;
}

Reading without_answer(std::vector<std::string> listed, const std::vector<std::string>& guests,
                       const probe::AcceptancePolicy& acceptance, const probe::Problem& problem,
                       WallTime at) {
  const auto asked = asked_for(std::move(listed), guests);
  auto reading =
      reading_of(asked, {asked.names.size(), probe::Answer{.value = problem}}, acceptance, at);
  reading.problem = problem;
  return reading;
}

}  // namespace board
