#include "document/duration.hpp"

#include <fmt/format.h>

#include <array>

#include "document/parse.hpp"

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

std::string format_duration(milliseconds duration) {
  if (duration < 0ms) return "-" + format_duration(-duration);
  if (duration < seconds{1} && duration != 0ms) return fmt::format("{}ms", duration.count());
  if (duration < seconds{10} && duration % seconds{1} >= 100ms)
    return fmt::format("{}.{}s", duration / seconds{1}, duration % seconds{1} / 100ms);
  if (duration < minutes{2}) return fmt::format("{}s", duration / seconds{1});

  struct Scale {
    milliseconds unit, part;
    const char *unit_name, *part_name;
  };
  static constexpr std::array scales{Scale{days{1}, hours{1}, "d", "h"},
                                     Scale{hours{1}, minutes{1}, "h", "m"},
                                     Scale{minutes{1}, seconds{1}, "m", "s"}};
  for (const auto& scale : scales) {
    if (duration < scale.unit) continue;
    const auto parts = duration % scale.unit / scale.part;
    const auto units = fmt::format("{}{}", duration / scale.unit, scale.unit_name);
    return parts == 0 ? units : fmt::format("{}{}{}", units, parts, scale.part_name);
  }
  return "0s";
}

}  // namespace heartbeat
