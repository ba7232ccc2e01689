#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <vector>

namespace board {

/// The services that are asked for without being listed. Bounded, so that random
/// names cost neither memory nor Redis: the one unasked for longest makes room.
class Guests {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::size_t most = 32;
  static constexpr std::chrono::seconds stay{60};

  void ask(std::string_view name, Time now);
  /// Those asked for within `stay`, the latest first.
  std::vector<std::string> names(Time now);

 private:
  struct Guest {
    std::string name;
    Time asked;
  };
  std::list<Guest> guests_;
};

}  // namespace board
