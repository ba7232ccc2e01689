#include "board/edge/reader.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <chrono>

#include "core/roster.hpp"
#include "document/names.hpp"
#include "edge/ask.hpp"
#include "edge/roster.hpp"
#include "host/host.hpp"
#include "redis/deadline.hpp"

namespace board {
namespace {

namespace redis = heartbeat::redis;
using namespace std::chrono_literals;

// As many services of a fleet are shown; the roster's other members are not.
constexpr std::size_t most_shown = 10'000;

}  // namespace

Reader::Reader(const probe::BoardOptions& options, redis::Environment environment)
    : options_{options},
      environment_{std::move(environment)},
      known_{options.selection.services},
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
      auto endpoint = redis::endpoint_from(environment_, options_.redis_url);
      if (!endpoint) return unanswered(guests, {probe::Reason::usage, endpoint.error()});
      client_.emplace(std::move(*endpoint));
    }
    auto reading = read_from(*client_, guests);
    if (reading.problem) client_.reset();
    return reading;
  } catch (const std::exception& error) {
    client_.reset();
    return unanswered(guests, {probe::Reason::redis_error, error.what()});
  }
}

Reading Reader::unanswered(const std::vector<std::string>& guests,
                           const probe::Problem& problem) const {
  return without_answer(known_, guests, options_.acceptance, problem, heartbeat::wall_now());
}

Reading Reader::read_from(redis::Client& client, const std::vector<std::string>& guests) {
  const auto deadline = redis::Deadline::after(options_.timeout, cancel_);
  const auto& prefix = options_.acceptance.prefix;
  auto names = options_.selection.services;
  std::vector<probe::Member> roster;
  if (options_.selection.all) {
    auto found = probe::read_roster(client, prefix, deadline);
    if (!found) return unanswered(guests, found.error());
    if (found->size() > most_shown) found->resize(most_shown);
    for (const auto& member : *found) names.push_back(member.name);
    roster = std::move(*found);
    known_ = names;
  }
  const auto asked = asked_for(std::move(names), guests);
  std::vector<std::string> keys;
  for (const auto& name : asked.names) keys.push_back(heartbeat::document_key(prefix, name));
  const auto answers =
      keys.empty() ? std::vector<probe::Answer>{} : probe::ask(client, keys, deadline);
  auto reading = reading_of(asked, answers, options_.acceptance, heartbeat::wall_now());
  for (auto& verdict : reading.verdicts)
    verdict = probe::last_seen(std::move(verdict), roster, reading.at);
  return reading;
}

}  // namespace board
