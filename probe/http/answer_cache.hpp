#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "http/respond.hpp"

namespace probe::http {

/// Renders each answer once for each snapshot, elsewhere: all requests for it get the same bytes.
/// Pure: the caller owns the thread that renders.
class AnswerCache {
 public:
  using Snapshot = std::shared_ptr<const FleetSnapshot>;
  using DeliverResponse = std::function<void(Response)>;
  /// Renders the response and then calls `deliver`, later and in the thread of the cache.
  using Render = std::function<void(Route, Snapshot, DeliverResponse)>;
  /// So many answers are kept; further ones are rendered for each request.
  static constexpr std::size_t max_answers = 256;

  explicit AnswerCache(Render render) : render_{std::move(render)} {}

  void request(const Route& route, const Snapshot& snapshot, DeliverResponse deliver);

 private:
  struct CachedAnswer {
    std::shared_ptr<const Response> response{};  ///< empty: it is being rendered
    std::vector<DeliverResponse> waiters{};
  };

  Render render_;
  Snapshot snapshot_;  ///< that of the answers
  std::map<Route, std::shared_ptr<CachedAnswer>> answers_;
};

/// The bodies that clients receive at this moment, each counted once, within a limit of bytes.
template <typename Receiver>
class Transfers {
 public:
  using Body = std::shared_ptr<const std::string>;
  using Place = std::list<std::pair<Receiver*, Body>>::iterator;

  explicit Transfers(std::size_t max_bytes) : max_bytes_{max_bytes} {}

  Place begin(Receiver& receiver, Body body) {
    if (++users_[body.get()] == 1) bytes_ += body->size();
    return list_.emplace(list_.end(), &receiver, std::move(body));
  }

  void end(Place place) {
    const auto user = users_.find(place->second.get());
    if (--user->second == 0) {
      bytes_ -= place->second->size();
      users_.erase(user);
    }
    list_.erase(place);
  }

  /// The client to drop if there are too many bytes: the one that has been receiving for longest,
  /// unless it receives the latest body. Null: none.
  Receiver* slowest_beyond_limit() const {
    if (bytes_ <= max_bytes_) return nullptr;
    for (const auto& [receiver, body] : list_)
      if (body != list_.back().second) return receiver;
    return nullptr;
  }

 private:
  std::size_t max_bytes_;
  std::size_t bytes_ = 0;
  std::list<std::pair<Receiver*, Body>> list_;  ///< the oldest first
  std::map<const std::string*, std::size_t> users_;
};

}  // namespace probe::http
