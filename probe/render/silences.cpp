#include "render/silences.hpp"

#include <nlohmann/json.hpp>
#include <vector>

#include "document/time.hpp"
#include "render/columns.hpp"

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
  std::vector<std::vector<std::string>> rows{{"SERVICE", "UNTIL", "LEFT", "BY", "REASON"}};
  for (const auto& silence : silences) {
    const auto left = std::chrono::ceil<std::chrono::seconds>(silence.until - now);
    rows.push_back({silence.name, end_text(silence), heartbeat::format_duration(left), silence.by,
                    silence.reason});
  }
  std::string out;
  for (const auto& line : aligned(rows)) out.append(line).append("\n");
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
