#include "http/answer_cache.hpp"

namespace probe::http {

void AnswerCache::request(const Route& route, const Snapshot& snapshot, DeliverResponse deliver) {
  if (snapshot != snapshot_) {
    snapshot_ = snapshot;
    answers_.clear();
  }
  auto answer = std::make_shared<CachedAnswer>();
  if (const auto known = answers_.find(route); known != answers_.end())
    answer = known->second;
  else if (answers_.size() < max_answers)
    answers_.emplace(route, answer);
  if (answer->response) return deliver(*answer->response);
  answer->waiters.push_back(std::move(deliver));
  if (answer->waiters.size() > 1) return;
  render_(route, snapshot, [answer](Response response) {
    answer->response = std::make_shared<const Response>(std::move(response));
    for (auto& waiter : std::exchange(answer->waiters, {})) waiter(*answer->response);
  });
}

}  // namespace probe::http
