#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace heartbeat {

/// Weekly sessions in a named time zone, such as the hours of a market.
///
///     Schedule nse{"Mon-Fri 09:15-15:30 Asia/Kolkata",
///                  {"2026-01-26", "2026-02-01 09:15-15:30", "2026-11-08 18:15-19:15"}};
///
/// Grammar: SESSION[, SESSION]... ZONE, with SESSION = DAYS HH:MM-HH:MM and DAYS = Mon | Mon-Fri |
/// Mon+Wed+Fri. A session that ends at or before its beginning crosses midnight and belongs to the
/// day on which it begins; 24:00 is the end of the day.
///
/// Dates differ from the week: YYYY-MM-DD is a holiday, on which no session begins, and
/// YYYY-MM-DD HH:MM-HH:MM[, HH:MM-HH:MM]... has these sessions instead of the weekly ones (a
/// special trading day, a half day). `@FILE` stands for the dates in a file, one a line, with
/// comments from `#` on: a started Heartbeat reads the file again when it changes. All entries of
/// one date count.
///
/// Sessions that touch are one session: "Mon-Sun 00:00-24:00" never closes. Times are the zone's
/// wall time, so summer time moves them. A time that the change to summer time skips is the moment
/// of the change; a time that occurs twice is its first occurrence.
///
/// Zones are those of the system's IANA database (Debian: tzdata), or of the folder TZDIR. Copies
/// share their data; every member is const and thread-safe.
class Schedule {
 public:
  using Seconds = std::chrono::sys_seconds;

  /// Reads the files among the dates. Throws ConfigError, which states the wrong part (of a file
  /// also the line) and what is accepted.
  explicit Schedule(std::string_view text, const std::vector<std::string>& dates = {});

  struct View {
    bool open = false;
    /// When it last opened (if open) or closed; far past if more than 15 days ago.
    Seconds changed;
    /// When it next closes (if open) or opens; far future if more than 15 days away.
    Seconds changes;
    /// The view is the same for every moment from the given one up to, but not including, this one.
    Seconds holds_until;
  };

  /// The schedule at a moment: open from the first second of a session up to, not including, its
  /// end. Depends only on the moment and the zone's rules. Takes tens of microseconds: see
  /// holds_until.
  View at(std::chrono::system_clock::time_point moment) const;

  /// The text of the constructor, without the dates.
  const std::string& text() const noexcept;

  /// The files among the dates, as absolute paths.
  const std::vector<std::string>& files() const noexcept;
  /// The same schedule, whose files are read now. Throws ConfigError as the constructor does.
  Schedule read_again() const;

 private:
  struct Data;
  explicit Schedule(std::shared_ptr<const Data> data);
  std::shared_ptr<const Data> data_;
};

/// A zone that the system does not have is looked up in this folder. Thread-safe.
void set_last_time_zone_folder(std::string folder);

}  // namespace heartbeat
