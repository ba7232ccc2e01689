#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "core/fleet_report.hpp"
#include "core/roster.hpp"
#include "core/verdict.hpp"

namespace probe {

/// A fleet's names and documents: in Redis, or a fake in tests. Calls block until a deadline.
class FleetSource {
 public:
  using ExpectedNames = tl::expected<std::vector<std::string>, Problem>;
  using TakeAnswer = std::function<void(std::size_t, const Answer&)>;
  /// What silences_from() reads, or why it could not be read.
  using SilencesReply = tl::expected<std::vector<std::string>, Problem>;
  using TakeSilences = std::function<void(SilencesReply)>;

  virtual ~FleetSource() = default;
  /// Where the keys are, for messages: ` in database 0 at redis:6379`.
  virtual std::string place() const { return {}; }
  /// Both are empty if there is no roster. The listing takes much less time.
  virtual tl::expected<Listing, Problem> listing() = 0;
  virtual tl::expected<Roster, Problem> roster() = 0;
  /// The names that have a key, sorted, each once.
  virtual ExpectedNames scan_names() = 0;
  /// Reads the documents of all names. Calls `take` once for each name, in any order. With
  /// `take_silences`, which may be empty, also asks for the silences, with the last documents.
  virtual void read_documents(std::span<const std::string> names, const TakeAnswer& take,
                              const TakeSilences& take_silences) = 0;
};

/// Reads and judges the services of the query. Verdicts that need the roster have its problem.
/// `memory` is the roster of the last call, which this call replaces: no name is lost with Redis.
FleetReport read_fleet(FleetSource& source, const FleetQuery& query, Roster& memory);
FleetReport read_fleet(FleetSource& source, const FleetQuery& query);

}  // namespace probe
