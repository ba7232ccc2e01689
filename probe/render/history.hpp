#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "history/timeline.hpp"

/// The history of services for people and programs.
namespace probe {

/// `24h`, and also days: `7d`. At most 31 days.
std::optional<std::chrono::milliseconds> parse_span(std::string_view text);
inline constexpr std::string_view accepted_spans = "30m, 24h, 7d; at most 31d";

struct HistoryReport {
  static constexpr std::array<std::chrono::hours, 3> spans{
      std::chrono::hours{24}, std::chrono::hours{7 * 24}, std::chrono::hours{30 * 24}};

  std::string service{};
  std::vector<Period> periods{};  ///< of the span that was asked for
  std::array<Uptime, spans.size()> uptimes{};
};

/// A report on the service or on each of its replicas of which something is known. The time ends at
/// `now`, or at the last watched moment if that was just before.
std::vector<HistoryReport> history_reports(const History& history, std::string_view service,
                                           std::chrono::milliseconds span, heartbeat::WallTime now,
                                           const ExitPolicy& exit_policy);

/// A line with the uptimes, and one for each period.
std::string history_text(const HistoryReport& report);
/// A JSON object on one line.
std::string history_json(const HistoryReport& report);

/// `99.21%`, rounded down; `unknown` if nobody watched.
std::string percentage(const Uptime& uptime);

}  // namespace probe
