#include "board/edge/reader.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "core/roster.hpp"
#include "edge/ask.hpp"
#include "edge/roster.hpp"
#include "redis/deadline.hpp"

namespace board {
namespace {

namespace redis = heartbeat::redis;
using namespace std::chrono_literals;

// As many services of a fleet are shown; the roster's other members are not.
constexpr std::size_t most_shown = 10'000;

WallTime wall_now() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

Reading judged(const Options& options, const std::vector<std::string>& names, std::size_t listed,
               const std::vector<probe::Answer>& answers) {
  Reading reading{.verdicts = {}, .listed = listed, .at = wall_now()};
  for (std::size_t i = 0; i < names.size(); ++i)
    reading.verdicts.push_back(probe::judge(names[i], answers[i], options.probe.rule));
  const auto failed = [](const probe::Answer& answer) {
    const auto* problem = std::get_if<probe::Problem>(&answer.value);
    return problem != nullptr && probe::is_redis_trouble(problem->reason);
  };
  if (!answers.empty() && std::ranges::all_of(answers, failed))
    reading.problem = std::get<probe::Problem>(answers.front().value);
  return reading;
}

void add_guests(std::vector<std::string>& names, const std::vector<std::string>& guests) {
  for (const auto& guest : guests)
    if (std::ranges::find(names, guest) == names.end()) names.push_back(guest);
}

}  // namespace

Reading without_answer(const Options& options, std::vector<std::string> names,
                       const std::vector<std::string>& guests, const probe::Problem& problem) {
  const auto listed = names.size();
  add_guests(names, guests);
  auto reading = judged(options, names, listed, {names.size(), probe::Answer{.value = problem}});
  reading.problem = problem;
  return reading;
}

Reader::Reader(const Options& options, redis::Environment environment)
    : options_{options},
      environment_{std::move(environment)},
      known_{options.probe.services},
      cancel_{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)},
      thread_{[this] { work(); }} {}

Reader::~Reader() {
  if (thread_.joinable() && stop()) thread_.join();
  if (thread_.joinable()) _exit(0);  // a name lookup cannot be told to give up
  close(cancel_);
}

void Reader::ask(std::vector<std::string> guests, Tell tell) {
  const std::lock_guard lock{mutex_};
  question_.emplace(std::move(guests), std::move(tell));
  changed_.notify_all();
}

bool Reader::stop() {
  std::unique_lock lock{mutex_};
  stopping_ = true;
  changed_.notify_all();
  eventfd_write(cancel_, 1);
  return changed_.wait_for(lock, 500ms, [this] { return done_; });
}

void Reader::work() {
  std::unique_lock lock{mutex_};
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || question_; });
    if (stopping_) break;
    if (!question_) continue;
    auto [guests, tell] = std::move(*question_);
    question_.reset();
    lock.unlock();
    tell(read(guests));
    lock.lock();
  }
  done_ = true;
  changed_.notify_all();
}

Reading Reader::read(const std::vector<std::string>& guests) {
  try {
    if (!client_) {
      // Anew after every failure: a password in a file may have been changed.
      auto endpoint = redis::endpoint_from(environment_, options_.probe.redis_url);
      if (!endpoint)
        return without_answer(options_, known_, guests, {probe::Reason::usage, endpoint.error()});
      client_.emplace(std::move(*endpoint));
    }
    auto reading = read_from(*client_, guests);
    if (reading.problem) client_.reset();
    return reading;
  } catch (const std::exception& error) {
    client_.reset();
    return without_answer(options_, known_, guests, {probe::Reason::redis_error, error.what()});
  }
}

Reading Reader::read_from(redis::Client& client, const std::vector<std::string>& guests) {
  const auto deadline = redis::Deadline::after(options_.probe.timeout, cancel_);
  const auto& prefix = options_.probe.rule.prefix;
  auto names = options_.probe.services;
  std::vector<probe::Member> roster;
  if (options_.whole_fleet) {
    auto found = probe::read_roster(client, prefix, deadline);
    if (!found) return without_answer(options_, known_, guests, found.error());
    if (found->size() > most_shown) found->resize(most_shown);
    for (const auto& member : *found) names.push_back(member.name);
    roster = std::move(*found);
    known_ = names;
  }
  const auto listed = names.size();
  add_guests(names, guests);
  if (names.empty()) return {.verdicts = {}, .listed = 0, .at = wall_now()};
  std::vector<std::string> keys;
  for (const auto& name : names) keys.push_back(prefix + name);
  auto reading = judged(options_, names, listed, probe::ask(client, keys, deadline));
  for (auto& verdict : reading.verdicts)
    if (const auto last_beat = probe::last_beat_of(verdict.service, roster))
      verdict = probe::last_seen(std::move(verdict), *last_beat, reading.at);
  return reading;
}

}  // namespace board
