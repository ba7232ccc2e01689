#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "board/core/guests.hpp"
#include "board/core/reading.hpp"
#include "board/core/respond.hpp"

namespace board {

/// Who waits for what Redis says, and when it is to be asked: at most once a second, for all who
/// ask meanwhile. Pure: whoever has the clock and the reader tells it what happened,
/// and then minds due() and end_of_patience(), which may have changed.
class Waiting {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Use = std::function<void(std::shared_ptr<const Reading>)>;
  static constexpr std::chrono::seconds fresh{1};  ///< so long an answer is good for all

  /// Of a whole fleet the roster tells who is listed, and no services are named. Whoever asks
  /// waits for `patience` at most.
  Waiting(std::vector<std::string> services, probe::AcceptancePolicy acceptance,
          std::chrono::milliseconds patience);

  /// Somebody asks. Uses the latest reading at once if it is fresh and tells of the
  /// service, and otherwise one that is to come.
  void want(const Wish& wish, Use use, Time now);

  /// When a reading is to begin; nothing: nobody waits, or one is under way.
  std::optional<Time> due() const;
  /// It begins. Returns the services to be asked for beside those that are listed.
  std::vector<std::string> begin(Time now);
  /// It is here. All who wait for it use it.
  void take(Reading reading);

  /// When the first gives up; nothing: nobody waits.
  std::optional<Time> end_of_patience() const;
  /// Those whose patience has ended use a reading without an answer, made at `wall`.
  void give_up(Time now, WallTime wall);

 private:
  struct Waiter {
    Time until;
    std::string service;
    Use use;
  };

  bool covers(const std::string& service) const;

  std::vector<std::string> services_;
  probe::AcceptancePolicy acceptance_;
  std::chrono::milliseconds patience_;
  Guests guests_;
  std::list<Waiter> waiters_;  ///< all wait equally long: the first is due first
  std::shared_ptr<const Reading> latest_;
  std::vector<std::string> latest_guests_;
  std::vector<std::string> asked_guests_;
  std::optional<Time> begun_;  ///< of the latest, or of the one under way
  bool reading_ = false;
};

}  // namespace board
