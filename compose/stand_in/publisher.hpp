#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace stand_in {

/// Receives a line when trouble with the bus begins and when it ends, on another thread. May be
/// called after the Publisher is gone, so it must own what it touches.
using BusLog = std::function<void(std::string_view line)>;

/// Sends to one channel of the market bus, on a separate thread.
class Publisher {
 public:
  Publisher(std::string channel, BusLog log);
  /// Does not wait for the thread, which may hang in a name lookup.
  ~Publisher();
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  /// Never blocks on I/O. Replaces a text that is not sent yet: old snapshots have no value.
  void publish(std::string text);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace stand_in
