#include "run/trace.hpp"

#include "document/time.hpp"

namespace probe {
namespace {

using heartbeat::redis::Stage;

std::string_view name_of(Stage stage) {
  switch (stage) {
    case Stage::lookup:
      return "look up";
    case Stage::connect:
      return "connect to";
    case Stage::tls:
      return "TLS handshake with";
    case Stage::login:
      return "log in at";
    case Stage::sentinel:
      return "ask the sentinel";
    case Stage::query:
      return "ask";
    case Stage::redirect:
      return "ask the cluster node";
  }
  return {};
}

/// What did not happen in time: `redis:6379: no connection`.
std::string missing_in(Stage stage, const std::string& where) {
  switch (stage) {
    case Stage::lookup:
      return "no answer from the resolver";
    case Stage::connect:
      return where + ": no connection";
    case Stage::tls:
      return where + ": no answer to the TLS handshake";
    case Stage::login:
      return where + ": no answer to AUTH";
    case Stage::sentinel:
      return "sentinel " + where + ": no answer to AUTH or SENTINEL";
    case Stage::query:
      return where + ": no answer to AUTH, SELECT, GETRANGE or PTTL";
    case Stage::redirect:
      return "cluster node " + where + ": no answer to GETRANGE or PTTL";
  }
  return "no answer";
}

}  // namespace

// Called in every stage of every check. Concatenation takes a tenth of the time of fmt.
Problem deadline_passed(Stage stage, const std::string& where, std::chrono::milliseconds limit) {
  auto what = missing_in(stage, where);
  (what += " within ") += heartbeat::format_duration(limit);
  if (stage != Stage::lookup) return {Reason::timeout, std::move(what)};
  ((what += " for '") += where) += '\'';
  return {Reason::dns, std::move(what)};
}

std::chrono::microseconds Trace::now() const {
  return std::chrono::floor<std::chrono::microseconds>(Steady::now() - started_);
}

void Trace::begun(Stage stage, const std::string& where) {
  begun(std::string{name_of(stage)}.append(" ").append(where));
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
