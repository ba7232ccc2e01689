#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace heartbeat {

/// A time zone of the IANA database. Cheap to copy, always valid.
class TimeZone {
 public:
  /// Nothing if the database does not have the name, or there is no database.
  static std::optional<TimeZone> find(const std::string& name);

  /// A time that occurs twice is its first occurrence; a time that the change to summer time skips
  /// is the moment of the change.
  std::chrono::sys_seconds to_utc(std::chrono::local_seconds local) const;

  /// The date on the zone's calendars.
  std::chrono::local_days date_at(std::chrono::sys_seconds moment) const;

 private:
  explicit TimeZone(const void* zone) : zone_{zone} {}
  const void* zone_;  ///< the database's own type, which only time_zone.cpp knows
};

}  // namespace heartbeat
