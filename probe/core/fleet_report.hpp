#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/file.hpp"
#include "core/silence.hpp"
#include "core/verdict.hpp"

/// The question about a fleet and the report that answers it. Pure.
namespace probe {

struct Selection {
  std::vector<std::string> services{};  ///< names of services or replicas, each once
  bool all = false;                     ///< every name on the roster instead
  bool scan = false;                    ///< and every name that has a key; then `all` is true
  std::size_t min_healthy = 0;          ///< how many replicas of a service must pass; 0: all
  /// With `all`: names that must be there. Until read_expected(), also lists and `@FILE`.
  std::vector<std::string> expected{};
  /// When vanished replicas that are named after their hosts no longer count.
  std::chrono::milliseconds forget_after = std::chrono::hours{1};
};

struct FleetQuery {
  Selection selection{};
  AcceptancePolicy acceptance{};
  ExitPolicy exit_policy{};
  std::vector<std::string> on_demand{};  ///< names that are read in addition to the selection
  std::optional<FileReading> file{};     ///< may decide instead of Redis: fall_back()
  heartbeat::WallTime now{};             ///< for "last seen ... ago"
  /// Up to this many services keep their documents; a healthy one that is not kept is much faster.
  std::size_t max_with_documents = SIZE_MAX;
  bool with_silences = false;   ///< also find which services are silenced
  std::string with_document{};  ///< a service that keeps its document in any case
};

struct FleetReport {
  /// In the order of the selection, or by name if all services are selected. A service without a
  /// key of its own has the verdicts on its replicas, or with `min_healthy` one that covers them.
  std::vector<Verdict> verdicts{};
  /// With `min_healthy`, the verdicts before the replicas were counted; otherwise empty.
  std::vector<Verdict> members{};
  /// On each on-demand name that the selection does not contain; with `scan`, on all of them.
  std::map<std::string, std::vector<Verdict>, std::less<>> on_demand{};
  /// Why Redis is unreachable, or its error: every verdict has this problem or is by the file.
  std::optional<Problem> problem{};
  /// Why the silences could not be read although the services could: nothing is silenced then.
  std::optional<Problem> silences_problem{};
};

/// The report for verdicts from Redis: the file replaces problems of Redis; replicas are counted.
FleetReport fleet_report(const FleetQuery& query, std::vector<Verdict> members,
                         std::map<std::string, std::vector<Verdict>, std::less<>> on_demand);

/// Sets the silence of each verdict that one covers.
void set_silences(FleetReport& report, std::vector<Silence> silences);

/// One verdict for all replicas of a service: healthy if at least `needed` of them pass, otherwise
/// with the reason of the worst one that fails. The service's own key counts as a replica, unless
/// it is missing. Services without replicas keep their verdicts, and all their order.
std::vector<Verdict> with_quorum(Verdicts verdicts, std::size_t needed,
                                 const ExitPolicy& exit_policy);

/// The problem if all services are selected and there is no service.
Problem no_service_found(const FleetQuery& query);

FleetReport report_without_redis(const FleetQuery& query, const Problem& problem);

/// From the file alone. Sets `problem`, without a verdict, if neither it nor the query names one.
FleetReport report_from_file(const FleetQuery& query);

/// What `healthprobe NAME` prints with the same options: the verdict on the name's own key or, if
/// it is missing, those on its replicas, or their count. Empty: the report does not cover the name.
std::vector<Verdict> verdicts_for(std::string_view name, const FleetReport& report,
                                  const FleetQuery& query);

}  // namespace probe
