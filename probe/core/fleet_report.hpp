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
#include "core/verdict.hpp"

/// The question about a fleet and the report that answers it. Pure.
namespace probe {

/// Which services are judged.
struct Selection {
  std::vector<std::string> services{};  ///< names of services or replicas, each once
  bool all = false;                     ///< every name on the roster instead
  bool scan = false;                    ///< and every name that has a key; then `all` is true
  std::size_t min_healthy = 0;          ///< how many replicas of a service must pass; 0: all
};

/// The service name in a verdict on all services, if their names are not known.
inline constexpr auto all_services = "*";

struct FleetQuery {
  Selection selection{};
  AcceptancePolicy acceptance{};
  ExitPolicy exit_policy{};
  std::vector<std::string> on_demand{};  ///< names that are read in addition to the selection
  std::optional<FileReading> file{};     ///< decides if Redis could not be asked or refused
  heartbeat::WallTime now{};             ///< for "last seen ... ago"
  /// Verdicts keep their documents if there are at most this many services. A healthy document
  /// that is not kept is judged much faster.
  std::size_t max_with_documents = SIZE_MAX;
};

struct FleetReport {
  /// The verdicts on the selection, in the order of its names, or sorted by name if all services
  /// are selected. A service without a key of its own has the verdicts on its replicas. With
  /// `min_healthy`, one verdict covers all replicas of a service.
  std::vector<Verdict> verdicts{};
  /// With `min_healthy`, the verdicts before the replicas were counted; otherwise empty.
  std::vector<Verdict> members{};
  /// The verdicts on each on-demand name that the selection does not contain; with `scan`, on
  /// every on-demand name.
  std::map<std::string, std::vector<Verdict>, std::less<>> on_demand{};
  /// Why Redis could not be asked, or refused. Then every verdict has this problem or comes from
  /// the file.
  std::optional<Problem> problem{};
};

/// The report for verdicts that were read from Redis: the file replaces those with a problem of
/// Redis, and replicas are counted.
FleetReport fleet_report(const FleetQuery& query, std::vector<Verdict> members,
                         std::map<std::string, std::vector<Verdict>, std::less<>> on_demand);

/// The problem if all services are selected and there is no service.
Problem no_service_found(const FleetQuery& query);

/// The report if nothing could be read from Redis.
FleetReport report_without_redis(const FleetQuery& query, const Problem& problem);

/// The report from the query's file alone. If no service is selected, the document names the
/// service; if it names no service, there is no verdict, and `problem` is set.
FleetReport report_from_file(const FleetQuery& query);

/// The verdicts that `healthprobe NAME` prints with the same options: the verdict on the name's own
/// key or, if the key is missing, those on its replicas, or the one that counts them. Empty: the
/// report does not cover the name.
std::vector<Verdict> verdicts_for(std::string_view name, const FleetReport& report,
                                  const FleetQuery& query);

}  // namespace probe
