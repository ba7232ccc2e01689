#include "checks/time_zone_rule.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "document/text.hpp"

namespace heartbeat {

using namespace std::chrono;
using Yearly = TimeZoneRule::Yearly;

namespace {

/// Reads the text from its start on. After the first thing that is not there, nothing more is.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_{text} {}

  bool failed() const { return failed_; }
  bool at_end() const { return rest_.empty(); }

  bool skip(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void expect(char c) { failed_ |= !skip(c); }

  unsigned number(unsigned least, unsigned most) {
    const auto digits = std::ranges::find_if_not(rest_, is_digit) - rest_.begin();
    const auto value = parse_integer<unsigned>(rest_.substr(0, static_cast<std::size_t>(digits)));
    rest_.remove_prefix(static_cast<std::size_t>(digits));
    failed_ |= !value || *value < least || *value > most;
    return value.value_or(0);
  }

  /// EST or <+0530>.
  void name() {
    const bool quoted = skip('<');
    const auto size = static_cast<std::size_t>(
        std::ranges::find_if(
            rest_,
            [quoted](char c) { return quoted ? c == '>' : lower(c) < 'a' || lower(c) > 'z'; }) -
        rest_.begin());
    failed_ |= size == 0;
    rest_.remove_prefix(size);
    if (quoted) expect('>');
  }

  /// [+-]hh[:mm[:ss]]
  seconds time() {
    const bool negative = skip('-');
    if (!negative) skip('+');
    seconds value = hours{number(0, 167)};
    if (skip(':')) value += minutes{number(0, 59)};
    if (skip(':')) value += seconds{number(0, 59)};
    return negative ? -value : value;
  }

  /// Mm.w.d, Jn or n, then the time of that day.
  Yearly yearly() {
    Yearly change;
    if (skip('M')) {
      change.month = number(1, 12);
      expect('.');
      change.week = number(1, 5);
      expect('.');
      change.day = number(0, 6);
    } else if (skip('J')) {
      change.form = Yearly::Form::day_without_leap_day;
      change.day = number(1, 365);
    } else {
      change.form = Yearly::Form::day_of_year;
      change.day = number(0, 365);
    }
    change.time = skip('/') ? time() : hours{2};
    return change;
  }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

/// The change of that year on a clock that shows UTC.
sys_seconds change_in(year year, const Yearly& change) {
  const auto new_year = sys_days{year / January / 1};
  switch (change.form) {
    case Yearly::Form::day_of_year:
      return new_year + days{change.day} + change.time;
    case Yearly::Form::day_without_leap_day:
      // Day 60 is 1 March in every year.
      return new_year + days{change.day - (change.day < 60 || !year.is_leap())} + change.time;
    case Yearly::Form::weekday:
      break;
  }
  const auto month = year / std::chrono::month{change.month};
  const weekday day{change.day};
  return (change.week == 5 ? sys_days{month / day[last]} : sys_days{month / day[change.week]}) +
         change.time;
}

/// All changes of five years in order; the moment is in the third year. The hours of a rule may
/// move a change by a week, so that one year before and after would not do.
std::array<TimeZoneRule::Change, 10> changes_around(const TimeZoneRule& rule, sys_seconds moment) {
  std::array<TimeZoneRule::Change, 10> changes;
  auto year = year_month_day{floor<days>(moment)}.year() - years{2};
  for (auto change = changes.begin(); change != changes.end(); ++year) {
    *change++ = {change_in(year, rule.summer_ends) - rule.summer, rule.standard};
    *change++ = {change_in(year, rule.summer_begins) - rule.standard, rule.summer};
  }
  // Summer time that ends and begins at the same moment goes on: the beginning is the later change.
  std::ranges::sort(changes, {}, [&rule](const TimeZoneRule::Change& change) {
    return std::pair{change.at, change.offset == rule.summer};
  });
  return changes;
}

}  // namespace

TimeZoneRule::Change TimeZoneRule::change_before(sys_seconds moment) const {
  if (!has_summer_time) return {sys_seconds::min(), standard};
  const auto changes = changes_around(*this, moment);
  return *std::prev(std::ranges::upper_bound(changes, moment, {}, &Change::at));
}

std::optional<sys_seconds> TimeZoneRule::change_after(sys_seconds moment) const {
  if (!has_summer_time) return std::nullopt;
  const auto changes = changes_around(*this, moment);
  return std::ranges::upper_bound(changes, moment, {}, &Change::at)->at;
}

std::optional<TimeZoneRule> parse_time_zone_rule(std::string_view text) {
  Reader reader{text};
  TimeZoneRule rule;
  reader.name();
  rule.standard = -reader.time();  // POSIX counts to the west
  if (!reader.failed() && !reader.at_end()) {
    rule.has_summer_time = true;
    reader.name();
    rule.summer = rule.standard + hours{1};
    if (!reader.skip(',')) {
      rule.summer = -reader.time();
      reader.expect(',');
    }
    rule.summer_begins = reader.yearly();
    reader.expect(',');
    rule.summer_ends = reader.yearly();
  }
  if (reader.failed() || !reader.at_end()) return std::nullopt;
  return rule;
}

}  // namespace heartbeat
