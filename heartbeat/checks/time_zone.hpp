#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace heartbeat {

/// A time zone of the IANA database. A handle: cheap to copy, valid for ever.
class TimeZone {
 public:
  /// Nothing when the database does not know the name, or there is no database.
  static std::optional<TimeZone> find(const std::string& name);

  /// A time that occurs twice is its first occurrence; one that the change to
  /// summer time skips is the moment of the change.
  std::chrono::sys_seconds to_utc(std::chrono::local_seconds local) const;

  /// The date on the zone's calendars.
  std::chrono::local_days date_at(std::chrono::sys_seconds moment) const;

 private:
  explicit TimeZone(const void* zone) : zone_{zone} {}
  const void* zone_;  ///< the database's own type, which only zone.cpp knows
};

}  // namespace heartbeat
