#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace stand_in {

/// Told when trouble with the bus begins and when it ends, from another thread.
/// It may be called after the Publisher's end, so it must own what it touches.
using BusLog = std::function<void(std::string_view line)>;

/// Sends to one channel of the market bus, from a thread of its own.
class Publisher {
 public:
  Publisher(std::string channel, BusLog log);
  /// Does not wait for the thread, which may sit in a name lookup.
  ~Publisher();
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  /// Never blocks on I/O. A text that is not out yet is replaced: old snapshots
  /// are worth nothing.
  void publish(std::string text);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace stand_in
