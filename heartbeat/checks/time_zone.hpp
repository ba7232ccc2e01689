#pragma once

#include <chrono>
#include <exception>
#include <fstream>
#include <string>
#include <tl/expected.hpp>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wpedantic"
#include <date/tz.h>
#pragma GCC diagnostic pop

namespace heartbeat {

/// A time zone of the IANA database. Cheap to copy, always valid.
class TimeZone {
 public:
  /// The error says whether the name is unknown or its file lacks the changes of summer time.
  static tl::expected<TimeZone, std::string> find(const std::string& name) {
    try {
      const auto* zone = date::locate_zone(name);
      zone->get_info(std::chrono::sys_seconds{});  // reads the zone's file; throws if it cannot
      if (lacks_summer_time(*zone))
        return tl::unexpected{"the file of time zone '" + name +
                              "' does not list its changes to summer time (a slim file): install " +
                              "Debian's tzdata"};
      return TimeZone{*zone};
    } catch (const std::exception&) {
      return tl::unexpected{"unknown time zone '" + name +
                            "' (accepted: names of the IANA database, such as Asia/Kolkata; is " +
                            "Debian's tzdata installed?)"};
    }
  }

  /// A time that occurs twice is its first occurrence; a skipped time is the moment of the change.
  std::chrono::sys_seconds to_utc(std::chrono::local_seconds local) const {
    const date::local_time<std::chrono::seconds> time{local.time_since_epoch()};
    return zone_->to_sys(time, date::choose::earliest);
  }

  /// The date on the zone's calendars.
  std::chrono::local_days date_at(std::chrono::sys_seconds moment) const {
    const auto local = moment.time_since_epoch() + zone_->get_info(moment).offset;
    return std::chrono::floor<std::chrono::days>(std::chrono::local_seconds{local});
  }

 private:
  explicit TimeZone(const date::time_zone& zone) : zone_{&zone} {}

  // Hinnant's date ignores the rule at the end of a zone's file. Debian's files list every change
  // up to 2037. Files of the "slim" kind have only the rule: date would lose summer time silently.
  static bool lacks_summer_time(const date::time_zone& zone) {
    std::ifstream file{"/usr/share/zoneinfo/" + zone.name(), std::ios::binary};
    std::string line;
    for (std::string next; std::getline(file, next);) line = std::move(next);
    const bool has_rule = line.find(',') != std::string::npos;
    constexpr std::chrono::sys_seconds probe{
        std::chrono::sys_days{std::chrono::year{2036} / 1 / 1}};
    return has_rule && zone.get_info(probe).end > probe + std::chrono::days{366};
  }

  const date::time_zone* zone_;
};

}  // namespace heartbeat
