#include "run/trace.hpp"

#include <array>

#include "document/time.hpp"

namespace probe {
namespace {

using heartbeat::redis::Stage;

struct StageText {
  std::string_view name;     ///< before the peer: `connect to`
  std::string_view peer;     ///< the kind of the peer, before its address
  std::string_view missing;  ///< after the address: what did not happen in time
};

// In the order of Stage.
constexpr std::array<StageText, 7> stage_texts{{
    {"look up", "", ""},
    {"connect to", "", ": no connection"},
    {"TLS handshake with", "", ": no answer to the TLS handshake"},
    {"log in at", "", ": no answer to AUTH"},
    {"ask the sentinel", "sentinel ", ": no answer to AUTH or SENTINEL"},
    {"ask", "", ": no answer to AUTH, SELECT, GETRANGE or PTTL"},
    {"ask the cluster node", "cluster node ", ": no answer to GETRANGE or PTTL"},
}};
static_assert(stage_texts.size() == static_cast<std::size_t>(Stage::redirect) + 1);

const StageText& text_of(Stage stage) { return stage_texts[static_cast<std::size_t>(stage)]; }

}  // namespace

// Called in every stage of every check. Concatenation takes a tenth of the time of fmt.
Problem deadline_passed(Stage stage, const std::string& where, std::chrono::milliseconds limit) {
  const auto within = " within " + heartbeat::format_duration(limit);
  if (stage == Stage::lookup)
    return {Reason::dns, "no answer from the resolver" + within + " for '" + where + "'"};
  const auto& text = text_of(stage);
  return {Reason::timeout, std::string{text.peer}.append(where).append(text.missing) + within};
}

std::chrono::microseconds Trace::now() const {
  return std::chrono::floor<std::chrono::microseconds>(Steady::now() - started_);
}

void Trace::begun(Stage stage, const std::string& where) {
  if (keeps_steps_) begun(std::string{text_of(stage).name}.append(" ").append(where));
  on_stage_(stage, where);
}

void Trace::begun(std::string what) { steps_.push_back({now(), {}, std::move(what), {}}); }

void Trace::ended(const std::string& outcome) {
  if (steps_.empty()) return;
  steps_.back().took = now() - steps_.back().at;
  steps_.back().outcome = outcome;
}

std::vector<Step> Trace::steps() const {
  auto steps = steps_;
  if (!steps.empty() && steps.back().outcome.empty()) steps.back().took = now() - steps.back().at;
  return steps;
}

}  // namespace probe
