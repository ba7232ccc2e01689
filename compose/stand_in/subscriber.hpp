#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "stand_in/publisher.hpp"

namespace stand_in {

/// Listens to one channel of the market bus. A separate thread subscribes again when the connection
/// is lost.
class Subscriber {
 public:
  Subscriber(std::string channel, BusLog log);
  /// Does not wait for the thread, which may hang in a name lookup.
  ~Subscriber();
  Subscriber(const Subscriber&) = delete;
  Subscriber& operator=(const Subscriber&) = delete;

  /// With false closes the connection, and connects again only after want(true).
  void want(bool wanted);

  /// Whether a connection is subscribed.
  bool active() const;

  /// The number of messages since the last call.
  std::size_t take();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace stand_in
