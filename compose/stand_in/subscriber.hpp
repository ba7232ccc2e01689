#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "stand_in/publisher.hpp"

namespace stand_in {

/// Listens to one channel of the market bus, from a thread of its own that
/// subscribes again whenever the connection is lost.
class Subscriber {
 public:
  Subscriber(std::string channel, BusLog log);
  /// Does not wait for the thread, which may sit in a name lookup.
  ~Subscriber();
  Subscriber(const Subscriber&) = delete;
  Subscriber& operator=(const Subscriber&) = delete;

  /// False: the connection is closed, and not made anew until this is true.
  void want(bool wanted);

  /// Is there a subscribed connection?
  bool active() const;

  /// How many messages came since the last call.
  std::size_t take();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace stand_in
