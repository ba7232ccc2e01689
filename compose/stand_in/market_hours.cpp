#include "stand_in/market_hours.hpp"

#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

namespace stand_in {

heartbeat::Schedule market_hours() {
  const char* hours = std::getenv("MARKET_HOURS");
  const char* days = std::getenv("MARKET_HOLIDAYS");

  std::vector<std::string> holidays;
  std::istringstream list{days ? days : ""};
  for (std::string day; std::getline(list, day, ',');) {
    const auto first = day.find_first_not_of(' ');
    if (first == std::string::npos) continue;
    holidays.push_back(day.substr(first, day.find_last_not_of(' ') + 1 - first));
  }
  return heartbeat::Schedule{hours && *hours ? hours : "Mon-Fri 09:15-15:30 Asia/Kolkata",
                             holidays};
}

}  // namespace stand_in
