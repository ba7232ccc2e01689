#include "render/silences.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <vector>

#include "document/time.hpp"

namespace probe {

namespace {

/// Without milliseconds.
std::string end_text(const Silence& silence) {
  return heartbeat::format_timestamp(silence.until).substr(0, 19) + "Z";
}

}  // namespace

std::string silence_text(const Silence& silence) {
  return "silenced until " + end_text(silence) + " by " + silence.by +
         (silence.reason.empty() ? "" : ": " + silence.reason);
}

std::string silences_table(std::span<const Silence> silences, heartbeat::WallTime now) {
  using Row = std::array<std::string, 5>;
  std::vector<Row> rows{{"SERVICE", "UNTIL", "LEFT", "BY", "REASON"}};
  for (const auto& silence : silences) {
    const auto left = std::chrono::ceil<std::chrono::seconds>(silence.until - now);
    rows.push_back({silence.name, end_text(silence), heartbeat::format_duration(left), silence.by,
                    silence.reason});
  }
  std::array<std::size_t, std::tuple_size_v<Row>> widths{};
  for (const auto& row : rows)
    for (std::size_t i = 0; i < widths.size(); ++i)
      widths.at(i) = std::max(widths.at(i), row.at(i).size());
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    std::size_t end = 0;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      line += row.at(i);
      line.resize(end += widths.at(i) + 2, ' ');
    }
    out.append(line, 0, line.find_last_not_of(' ') + 1).append("\n");
  }
  return out;
}

std::string silence_json(const Silence& silence) {
  using SilenceJson = nlohmann::ordered_json;
  return SilenceJson{{"service", silence.name},
                     {"until", heartbeat::format_timestamp(silence.until)},
                     {"by", silence.by},
                     {"reason", silence.reason}}
      .dump(-1, ' ', false, SilenceJson::error_handler_t::replace);
}

}  // namespace probe
