#include "checks/time_zone.hpp"

#include <exception>
#include <fstream>
#include <string>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wpedantic"
#include <date/tz.h>
#pragma GCC diagnostic pop

namespace heartbeat {
namespace {

using std::chrono::local_seconds;
using std::chrono::seconds;
using std::chrono::sys_seconds;

const date::time_zone& zone_of(const void* zone) {
  return *static_cast<const date::time_zone*>(zone);
}

// Hinnant's date ignores the rule at the end of a zone's file. Debian's files list every change up
// to 2037; files of the "slim" kind have only the rule, so date would lose summer time silently.
bool lacks_summer_time(const date::time_zone& zone) {
  std::ifstream file{"/usr/share/zoneinfo/" + zone.name(), std::ios::binary};
  std::string line;
  for (std::string next; std::getline(file, next);) line = std::move(next);
  const bool has_rule = line.find(',') != std::string::npos;
  constexpr sys_seconds probe{std::chrono::sys_days{std::chrono::year{2036} / 1 / 1}};
  return has_rule && zone.get_info(probe).end > probe + std::chrono::days{366};
}

}  // namespace

std::optional<TimeZone> TimeZone::find(const std::string& name) {
  try {
    const auto* zone = date::locate_zone(name);
    zone->get_info(sys_seconds{});  // reads the zone's file, and throws if it cannot
    if (lacks_summer_time(*zone)) return std::nullopt;
    return TimeZone{zone};
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

sys_seconds TimeZone::to_utc(local_seconds local) const {
  const date::local_time<seconds> time{local.time_since_epoch()};
  return zone_of(zone_).to_sys(time, date::choose::earliest);
}

std::chrono::local_days TimeZone::date_at(sys_seconds moment) const {
  const auto local = moment.time_since_epoch() + zone_of(zone_).get_info(moment).offset;
  return std::chrono::floor<std::chrono::days>(local_seconds{local});
}

}  // namespace heartbeat
