#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace heartbeat {

/// Weekly sessions in a named time zone, such as the hours of a market.
///
///     Schedule nse{"Mon-Fri 09:15-15:30 Asia/Kolkata", {"2026-01-26", "2026-08-15"}};
///
/// Grammar: SESSION[, SESSION]... ZONE, with SESSION = DAYS HH:MM-HH:MM and
/// DAYS = Mon | Mon-Fri | Mon+Wed+Fri. A session that ends at or before its
/// beginning crosses midnight and belongs to the day on which it begins; 24:00
/// is the end of the day. A holiday (YYYY-MM-DD) closes the sessions that begin
/// on that date. Sessions that touch are one session: "Mon-Sun 00:00-24:00"
/// never closes. Times are the zone's wall time, so a change to summer time
/// moves them; a time that the change skips counts as the moment of the change,
/// one that occurs twice as its first occurrence.
///
/// Zones are the IANA database's, read from the system (Debian: tzdata).
/// Copies share their data; all members are const and thread-safe.
class Schedule {
 public:
  using Seconds = std::chrono::sys_seconds;

  /// Throws ConfigError, naming the part that is wrong and what is accepted.
  explicit Schedule(std::string_view text, const std::vector<std::string>& holidays = {});

  struct View {
    bool open = false;
    Seconds changed;  ///< when it last opened (open) or closed (not open); far past if not within
                      ///< the last 15 days
    Seconds changes;  ///< when it next closes (open) or opens (not open); far future if not within
                      ///< the next 15 days
    Seconds holds_until;  ///< every moment from the one asked for up to, not including, this one
                          ///< has the same three answers
  };

  /// What holds at a moment: open from the first second of a session up to, not
  /// including, its end. A pure function of the moment and the zone's rules,
  /// which takes tens of microseconds: see holds_until.
  View at(std::chrono::system_clock::time_point moment) const;

  /// The text it was made from, without the holidays.
  const std::string& text() const noexcept;

 private:
  struct Data;
  std::shared_ptr<const Data> data_;
};

}  // namespace heartbeat
