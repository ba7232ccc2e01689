#include "edge/survey.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <span>
#include <string>

#include "core/glance.hpp"
#include "core/roster.hpp"
#include "document/names.hpp"
#include "edge/ask.hpp"
#include "edge/roster.hpp"
#include "edge/scan.hpp"
#include "host/host.hpp"

namespace probe {
namespace {

namespace redis = heartbeat::redis;

// Services asked for together: those that take a closer look are kept until all have
// answered, and hostile values of 64 KiB each have to fit into memory.
constexpr std::size_t most_at_once = 512;

class Survey {
 public:
  Survey(redis::Client& client, const Options& options, const AcceptancePolicy& acceptance,
         const redis::Deadline& deadline)
      : client_{client}, options_{options}, acceptance_{acceptance}, deadline_{deadline} {}

  Findings findings() {
    auto verdicts = this->verdicts();
    return {std::move(verdicts), more_healthy_};
  }

 private:
  std::vector<Verdict> verdicts() {
    if (!options_.selection.all) return with_the_missing(judged(options_.selection.services));
    const auto names =
        options_.selection.scan ? all_names() : read_names(client_, acceptance_.prefix, deadline_);
    if (!names) return {of_everybody(names.error())};
    if (names->empty())
      return {
          of_everybody({Reason::missing, heartbeat::roster_key(acceptance_.prefix) + nobody()})};
    auto verdicts = judged(*names);
    std::ranges::sort(verdicts, {}, &Verdict::service);
    return with_the_missing(std::move(verdicts));
  }

  /// Those on the roster, and those that only have a key.
  tl::expected<std::vector<std::string>, Problem> all_names() {
    auto names = read_names(client_, acceptance_.prefix, deadline_);
    if (!names) return names;
    auto found = scan_names(client_, acceptance_.prefix, deadline_);
    if (!found) return found;
    std::ranges::sort(*names);
    std::vector<std::string> all;
    std::ranges::set_union(*names, *found, std::back_inserter(all));
    return all;
  }

  std::string nobody() const {
    return options_.selection.scan
               ? " names no service, nor does any key " + acceptance_.prefix + "*"
               : " names no service: no writer keeps it";
  }

  static Verdict of_everybody(const Problem& problem) {
    return {.service = everybody, .reason = problem.reason, .text = problem.what};
  }

  std::vector<Verdict> judged(std::span<const std::string> services) {
    const bool only_count = only_counts_the_healthy(options_.format, services.size());
    std::vector<Verdict> verdicts;
    for (std::size_t at = 0; at < services.size(); at += most_at_once) {
      const auto some = services.subspan(at, std::min(most_at_once, services.size() - at));
      std::vector<std::string> keys;
      for (const auto& service : some)
        keys.push_back(heartbeat::document_key(acceptance_.prefix, service));
      // What can be judged at a glance is, while Redis is still busy with the others.
      std::vector<std::optional<Answer>> to_judge(some.size());
      ask(client_, keys, deadline_, [&](std::size_t i, Answer answer) {
        if (only_count && options_.selection.min_healthy == 0 &&
            healthy_at_a_glance(answer, acceptance_))
          ++more_healthy_;
        else
          to_judge[i] = std::move(answer);
      });
      for (std::size_t i = 0; i < some.size(); ++i) {
        const auto& answer = to_judge[i];
        if (!answer) continue;
        verdicts.push_back(judge(some[i], *answer, acceptance_));
        if (only_count) verdicts.back().document.reset();
      }
    }
    return verdicts;
  }

  /// Of what has no key, the roster says when it was last seen, and may name replicas, which
  /// are judged in its place. Where the roster cannot be read, nothing is added.
  std::vector<Verdict> with_the_missing(std::vector<Verdict> verdicts) {
    if (std::ranges::none_of(verdicts, is_missing)) return verdicts;
    const auto roster = read_roster(client_, acceptance_.prefix, deadline_);
    if (!roster) return verdicts;
    auto all =
        options_.selection.all ? std::move(verdicts) : with_replicas(std::move(verdicts), *roster);
    const auto now = heartbeat::wall_now();
    for (auto& verdict : all)
      if (is_missing(verdict))
        if (const auto last_beat = last_beat_of(verdict.service, *roster))
          verdict = last_seen(std::move(verdict), *last_beat, now);
    return all;
  }

  std::vector<Verdict> with_replicas(std::vector<Verdict> verdicts,
                                     std::span<const Member> roster) {
    std::vector<Verdict> all;
    for (auto& verdict : verdicts) {
      std::vector<std::string> replicas;
      if (is_missing(verdict))
        for (const auto& member : replicas_of(verdict.service, roster))
          replicas.push_back(member.name);
      if (replicas.empty()) all.push_back(std::move(verdict));
      std::ranges::move(judged(replicas), std::back_inserter(all));
    }
    return all;
  }

  static bool is_missing(const Verdict& verdict) { return verdict.reason == Reason::missing; }

  redis::Client& client_;
  const Options& options_;
  const AcceptancePolicy& acceptance_;
  const redis::Deadline& deadline_;
  std::size_t more_healthy_ = 0;
};

}  // namespace

Findings survey(redis::Client& client, const Options& options, const AcceptancePolicy& acceptance,
                const redis::Deadline& deadline) {
  return Survey{client, options, acceptance, deadline}.findings();
}

}  // namespace probe
