#include "fetch/fleet.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace probe {
namespace {

using ExpectedNames = FleetSource::ExpectedNames;

class FleetReading {
 public:
  FleetReading(FleetSource& source, const FleetQuery& query, Roster* memory)
      : source_{source}, query_{query}, memory_{memory} {}

  FleetReport report() {
    auto listed = listed_names();
    if (listed) names_ = std::move(*listed);
    listed_ = names_.size();
    // A scan may list replicas that are not on the roster. They do not count for a single service.
    for (const auto& name : query_.on_demand)
      if (query_.selection.scan || std::ranges::find(names_, name) == names_.end())
        names_.push_back(name);
    verdicts_ = read_and_judge(names_);
    replicas_.resize(std::ranges::any_of(verdicts_, is_missing) ? names_.size() : 0);
    if (!replicas_.empty()) look_up_missing();

    std::vector<Verdict> members;
    if (replicas_.empty() && listed_ == names_.size())
      members = std::move(verdicts_);
    else
      for (std::size_t i = 0; i < listed_; ++i) move_verdicts(i, members);
    if (query_.selection.all && std::ranges::any_of(members, may_have_departed))
      if (const auto* roster = read_roster())
        members = without_departed(std::move(members), roster->members, query_.selection);
    if (!listed || (query_.selection.all && listed_ == 0)) {
      const auto problem = listed ? no_service_found(query_) : listed.error();
      members.push_back({.service = all_services, .reason = problem.reason, .text = problem.what});
    }
    decltype(FleetReport::on_demand) on_demand;
    for (auto i = listed_; i < names_.size(); ++i) move_verdicts(i, on_demand[names_[i]]);
    auto report = fleet_report(query_, std::move(members), std::move(on_demand));
    if (query_.selection.all && listed && !report.problem) add_age_of_roster(report);
    note_silences(report);
    if (memory_ != nullptr && roster_) *memory_ = std::move(*roster_);
    return report;
  }

 private:
  static bool is_missing(const Verdict& verdict) { return verdict.reason == Reason::missing; }
  static bool may_have_departed(const Verdict& verdict) {
    return is_missing(verdict) || verdict.is_farewell;
  }

  ExpectedNames listed_names() {
    if (!query_.selection.all) return query_.selection.services;
    auto listing = read_listing();
    if (!listing) return tl::unexpected{std::move(listing.error())};
    listing_ = std::move(*listing);
    std::vector<std::string> absent;
    for (const auto& name : query_.selection.expected)
      if (!has_replica(name, listing_.names)) absent.push_back(name);
    std::ranges::sort(absent);
    absent.erase(std::ranges::unique(absent).begin(), absent.end());
    auto names = std::move(listing_.names);
    if (query_.selection.scan) {
      const auto scanned = source_.scan_names();
      if (!scanned) return scanned;
      names = united(names, *scanned);
    }
    if (!absent.empty()) names = united(names, absent);
    return names;
  }

  static bool has_replica(const std::string& service, std::span<const std::string> sorted) {
    const auto prefix = service + ':';
    const auto first = std::ranges::lower_bound(sorted, prefix);
    return first != sorted.end() && first->starts_with(prefix);
  }

  static std::vector<std::string> united(const std::vector<std::string>& sorted,
                                         const std::vector<std::string>& others) {
    std::vector<std::string> all;
    std::ranges::set_union(sorted, others, std::back_inserter(all));
    return all;
  }

  /// A memory needs the times of all members, for the day on which Redis has forgotten them.
  tl::expected<Listing, Problem> read_listing() {
    if (memory_ == nullptr) return source_.listing();
    const auto* roster = read_roster();
    if (roster == nullptr) return tl::unexpected{roster_problem_};
    return listing_of(*roster);
  }

  /// Reads it once. Null: it cannot be read.
  const Roster* read_roster() {
    if (!std::exchange(has_read_roster_, true)) {
      auto roster = source_.roster();
      if (!roster)
        roster_problem_ = std::move(roster.error());
      else if (memory_ != nullptr)
        roster_ = with_remembered(std::move(*roster), *memory_);
      else
        roster_ = std::move(*roster);
    }
    return roster_ ? &*roster_ : nullptr;
  }

  void add_age_of_roster(FleetReport& report) const {
    const auto& members = report.members.empty() ? report.verdicts : report.members;
    if (auto young = young_roster(listing_, members, query_.acceptance.prefix))
      report.verdicts.insert(report.verdicts.begin(), std::move(*young));
  }

  void note_silences(FleetReport& report) const {
    if (!silences_) return;
    if (*silences_)
      set_silences(report, silences_from(**silences_, query_.now));
    else
      report.silences_problem = silences_->error();
  }

  std::vector<Verdict> read_and_judge(std::span<const std::string> names) {
    const bool with_documents = names.size() <= query_.max_with_documents;
    std::vector<Verdict> verdicts(names.size());
    FleetSource::TakeSilences take_silences;
    if (query_.with_silences && !silences_)
      take_silences = [this](auto reply) { silences_ = std::move(reply); };
    source_.read_documents(
        names,
        [&](std::size_t i, const Answer& answer) {
          verdicts[i] = with_documents || names[i] == query_.with_document
                            ? judge(names[i], answer, query_.acceptance)
                            : judge_without_document(names[i], answer, query_.acceptance);
          if (is_missing(verdicts[i])) verdicts[i].text += source_.place();
        },
        take_silences);
    return verdicts;
  }

  /// Reads the roster for the missing services: their replicas, or when they were last seen. If
  /// all services are selected, the replicas are among the names already.
  void look_up_missing() {
    const auto* roster = read_roster();
    std::vector<std::string> replicas;
    std::vector<std::size_t> owners;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (!is_missing(verdicts_[i])) continue;
      const bool needs_roster = !query_.selection.all || i >= listed_;
      if (roster == nullptr) {
        if (needs_roster)
          verdicts_[i] =
              without_roster(std::move(verdicts_[i]), query_.acceptance.prefix, roster_problem_);
        continue;
      }
      verdicts_[i] = last_seen(std::move(verdicts_[i]), roster->members, query_.now);
      if (!needs_roster) continue;
      for (const auto& member : replicas_of(names_[i], roster->members)) {
        replicas.push_back(member.name);
        owners.push_back(i);
      }
    }
    if (roster == nullptr) return;
    auto found = read_and_judge(replicas);
    for (std::size_t i = 0; i < found.size(); ++i)
      replicas_[owners[i]].push_back(last_seen(std::move(found[i]), roster->members, query_.now));
    for (auto& verdicts : replicas_)
      if (!verdicts.empty())
        verdicts = without_departed(std::move(verdicts), roster->members, query_.selection);
  }

  /// Moves the verdict on one name, or those on its replicas if there are any.
  void move_verdicts(std::size_t name, std::vector<Verdict>& target) {
    if (replicas_.empty() || replicas_[name].empty())
      target.push_back(std::move(verdicts_[name]));
    else
      std::ranges::move(replicas_[name], std::back_inserter(target));
  }

  FleetSource& source_;
  const FleetQuery& query_;
  Roster* memory_;  ///< null: there is none
  Listing listing_;
  bool has_read_roster_ = false;
  std::optional<Roster> roster_;  ///< nothing: it was not needed, or not readable
  Problem roster_problem_;        ///< why it was not readable
  std::optional<FleetSource::SilencesReply> silences_;  ///< nothing: not read yet
  std::vector<std::string> names_;              ///< the selection's names, then those on demand
  std::size_t listed_ = 0;                      ///< the number of the selection's names
  std::vector<Verdict> verdicts_;               ///< for each name
  std::vector<std::vector<Verdict>> replicas_;  ///< for each name; empty: no name is missing
};

}  // namespace

FleetReport read_fleet(FleetSource& source, const FleetQuery& query, Roster& memory) {
  return FleetReading{source, query, &memory}.report();
}

FleetReport read_fleet(FleetSource& source, const FleetQuery& query) {
  return FleetReading{source, query, nullptr}.report();
}

}  // namespace probe
