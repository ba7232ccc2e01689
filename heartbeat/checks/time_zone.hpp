#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace heartbeat {

/// A time zone of the IANA database, read from a file of the system. Cheap to copy, always valid.
class TimeZone {
 public:
  /// The error says why there is no such zone.
  static tl::expected<TimeZone, std::string> find(const std::string& name);

  /// The zone in a file of zic(8), with or without a rule at its end. Nothing if it is no such
  /// file.
  static std::optional<TimeZone> decode(std::string_view file);

  /// A time that occurs twice is its first occurrence; a skipped time is the moment of the change.
  std::chrono::sys_seconds to_utc(std::chrono::local_seconds local) const;

  /// The date on the zone's calendars.
  std::chrono::local_days date_at(std::chrono::sys_seconds moment) const;

 private:
  struct Changes;
  explicit TimeZone(std::shared_ptr<const Changes> data) : data_{std::move(data)} {}

  std::shared_ptr<const Changes> data_;
};

}  // namespace heartbeat
