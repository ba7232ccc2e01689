#pragma once

#include <string>
#include <string_view>

#include "history/timeline.hpp"
#include "http/fleet_snapshot.hpp"

/// The status page. Pure.
namespace probe::http {

/// Which services the page shows.
struct PageFilter {
  std::string name{};   ///< a part of the name
  std::string state{};  ///< a status, or `not-healthy`; empty: all

  auto operator<=>(const PageFilter&) const = default;
};

/// All services: those that are not healthy first, each with its cause; the healthy ones compact.
/// While Redis cannot be read, what was known last, and that it is old.
std::string page(const FleetSnapshot& snapshot, const PageFilter& filter);

/// One service, or its replicas: all checks, the writer, and the last 24 hours.
std::string service_page(std::string_view service, const FleetSnapshot& snapshot,
                         const History& history);

// Parts of both.

/// `Since <time>`, by the document if it was so before the first reading. If that does not say it,
/// `Since before <time>`; empty if not known.
std::string since_text(const FleetSnapshot& snapshot, const Verdict& verdict);
/// ` [stale]`; empty if the status says the same.
std::string reason_text(const Verdict& verdict);
std::string beat_text(const Verdict& verdict);
/// A paragraph: until when it is silenced, by whom and why. Empty: it is not.
std::string silence_paragraph(const Verdict& verdict);
std::string time_element(WallTime time);
/// What is shown while Redis cannot be read; empty if it can.
std::string alert_of(const FleetSnapshot& snapshot);
/// The snapshot with the last known state: itself, or an older one.
const FleetSnapshot& known_of(const FleetSnapshot& snapshot);

}  // namespace probe::http
