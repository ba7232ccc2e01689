#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/exit_status.hpp"
#include "core/file.hpp"
#include "core/selection.hpp"
#include "core/verdict.hpp"

/// What is asked about a fleet, and what comes of it. Pure.
namespace probe {

/// The service of a verdict on all services, when their names are not known.
inline constexpr auto all_services = "*";

struct FleetQuery {
  Selection selection{};
  AcceptancePolicy acceptance{};
  ExitPolicy exit_policy{};
  std::vector<std::string> on_demand{};  ///< names that are read beside the selection
  std::optional<FileReading> file{};     ///< decides where Redis could not be asked or refused
  heartbeat::WallTime now{};             ///< for "last seen ... ago"
  /// Verdicts keep their documents if there are at most so many services. Healthy documents
  /// are read much faster where they are not kept.
  std::size_t max_with_documents = SIZE_MAX;
};

struct FleetReport {
  /// Of the selection: in the order of its names, or by name where it is every service. A service
  /// without a key of its own is judged by its replicas. With `min_healthy`, one verdict for
  /// all replicas of a service.
  std::vector<Verdict> verdicts{};
  /// With `min_healthy`, the verdicts before replicas were counted; else empty.
  std::vector<Verdict> members{};
  /// Of each on-demand name that the selection does not contain; with `scan`, of each.
  std::map<std::string, std::vector<Verdict>, std::less<>> on_demand{};
  /// Why Redis could not be asked, or refused: then all verdicts say so or come from the file.
  std::optional<Problem> problem{};
};

/// What the verdicts read from Redis come to: the file decides where Redis did not, and
/// replicas are counted.
FleetReport fleet_report(const FleetQuery& query, std::vector<Verdict> members,
                         std::map<std::string, std::vector<Verdict>, std::less<>> on_demand);

/// What is wrong where every service is selected and there is none.
Problem no_service_found(const FleetQuery& query);

/// The report when nothing could be read from Redis.
FleetReport report_without_redis(const FleetQuery& query, const Problem& problem);

/// The report from the query's file alone. Where no service is selected, the file names it; if it
/// does not, there is no verdict, and `problem` says so.
FleetReport report_from_file(const FleetQuery& query);

/// What `healthprobe NAME` says with the same options: the verdict of the name's own key; without
/// that key, those of its replicas, or the one that counts them. Empty: this report does not
/// cover the name.
std::vector<Verdict> verdicts_for(std::string_view name, const FleetReport& report,
                                  const FleetQuery& query);

}  // namespace probe
