#include "document/time.hpp"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "document/text.hpp"

namespace heartbeat {
using namespace std::chrono;
using namespace std::chrono_literals;

namespace {

constexpr milliseconds longest = days{3650};

std::optional<milliseconds> unit_from(std::string_view suffix) {
  if (suffix.empty() || suffix == "s") return seconds{1};
  if (suffix == "ms") return 1ms;
  if (suffix == "m") return minutes{1};
  if (suffix == "h") return hours{1};
  return std::nullopt;
}

}  // namespace

std::optional<milliseconds> parse_duration(std::string_view text) {
  std::size_t i = 0;
  std::int64_t whole = 0;
  for (; i < text.size() && is_digit(text[i]); ++i) {
    whole = whole * 10 + (text[i] - '0');
    if (whole > longest.count()) return std::nullopt;
  }
  if (i == 0) return std::nullopt;

  std::int64_t numerator = 0;
  std::int64_t denominator = 1;
  if (i < text.size() && text[i] == '.') {
    const std::size_t first = ++i;
    for (; i < text.size() && is_digit(text[i]); ++i) {
      numerator = numerator * 10 + (text[i] - '0');
      denominator *= 10;
      if (i - first > 8) return std::nullopt;
    }
    if (i == first) return std::nullopt;
  }

  const auto unit = unit_from(text.substr(i));
  if (!unit || numerator * unit->count() % denominator != 0) return std::nullopt;
  const milliseconds result = whole * *unit + milliseconds{numerator * unit->count() / denominator};
  if (result > longest) return std::nullopt;
  return result;
}

// Without fmt, as a fleet has one for each service.
std::string format_duration(milliseconds duration) {
  using std::to_string;
  if (duration < 0ms) return '-' + format_duration(-duration);
  if (duration < seconds{1} && duration != 0ms) return to_string(duration.count()) + "ms";
  if (duration < seconds{10} && duration % seconds{1} >= 100ms)
    return to_string(duration / seconds{1}) + '.' + to_string(duration % seconds{1} / 100ms) + 's';
  if (duration < minutes{2}) return to_string(duration / seconds{1}) + 's';

  const auto in_units = [&](milliseconds unit, char name, milliseconds part, char part_name) {
    const auto parts = duration % unit / part;
    auto text = to_string(duration / unit) + name;
    return parts == 0 ? text : text + to_string(parts) + part_name;
  };
  if (duration >= days{1}) return in_units(days{1}, 'd', hours{1}, 'h');
  if (duration >= hours{1}) return in_units(hours{1}, 'h', minutes{1}, 'm');
  return in_units(minutes{1}, 'm', seconds{1}, 's');
}

std::pair<std::string, std::string> format_durations(milliseconds first, milliseconds second) {
  auto texts = std::pair{format_duration(first), format_duration(second)};
  const bool is_one_unit = texts.first.ends_with("ms") == texts.second.ends_with("ms");
  if (first == second || (is_one_unit && texts.first != texts.second)) return texts;
  const auto in_seconds = [](milliseconds duration) {
    constexpr int digits = 15;  // a millisecond in thousands of years
    return fmt::format("{:.{}g}s", static_cast<double>(duration.count()) / 1000, digits);
  };
  return {in_seconds(first), in_seconds(second)};
}

std::string format_timestamp(WallTime time) {
  std::string text;
  append_timestamp(time, text);
  return text;
}

// Compiled and to an array, because each beat has one for every check.
void append_timestamp(WallTime time, std::string& text) {
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  std::array<char, 40> form;
  char* end =
      fmt::format_to(form.data(), FMT_COMPILE("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z"),
                     static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
  text.append(form.data(), end);
}

std::optional<WallTime> parse_timestamp(std::string_view text) {
  constexpr std::string_view shape = "dddd-dd-ddTdd:dd:dd";
  if (text.size() < shape.size() + 1 || text.back() != 'Z') return std::nullopt;
  for (std::size_t i = 0; i < shape.size(); ++i)
    if (shape[i] == 'd' ? !is_digit(text[i]) : text[i] != shape[i]) return std::nullopt;

  auto fraction = text.substr(shape.size(), text.size() - shape.size() - 1);
  if (!fraction.empty()) {
    if (fraction.front() != '.') return std::nullopt;
    fraction.remove_prefix(1);
    if (fraction.empty() || fraction.size() > 9 || !std::ranges::all_of(fraction, is_digit))
      return std::nullopt;
  }

  const auto number = [&](std::size_t at, std::size_t digits) {
    int value = 0;
    for (auto i = at; i < at + digits; ++i)  // digits that the fraction lacks before the Z are 0
      value = 10 * value + (i + 1 < text.size() ? text[i] - '0' : 0);
    return value;
  };
  const year_month_day date{year{number(0, 4)}, month{static_cast<unsigned>(number(5, 2))},
                            day{static_cast<unsigned>(number(8, 2))}};
  if (!date.ok() || number(11, 2) > 23 || number(14, 2) > 59 || number(17, 2) > 59)
    return std::nullopt;
  return sys_days{date} + hours{number(11, 2)} + minutes{number(14, 2)} + seconds{number(17, 2)} +
         milliseconds{number(20, 3)};
}

}  // namespace heartbeat
