#include "edge/journal.hpp"

#include <fmt/format.h>

#include "document/duration.hpp"

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

}  // namespace

Problem last_words(Stage stage, const std::string& where, std::chrono::milliseconds limit) {
  const auto within = heartbeat::format_duration(limit);
  switch (stage) {
    case Stage::lookup:
      return {Reason::dns,
              fmt::format("no answer from the resolver within {} for '{}'", within, where)};
    case Stage::connect:
      return {Reason::timeout, fmt::format("{}: no connection within {}", where, within)};
    case Stage::tls:
      return {Reason::timeout,
              fmt::format("{}: no answer to the TLS handshake within {}", where, within)};
    case Stage::login:
      return {Reason::timeout, fmt::format("{}: no answer to AUTH within {}", where, within)};
    case Stage::sentinel:
      return {Reason::timeout,
              fmt::format("sentinel {}: no answer to AUTH or SENTINEL within {}", where, within)};
    case Stage::query:
      return {
          Reason::timeout,
          fmt::format("{}: no answer to AUTH, SELECT, GETRANGE or PTTL within {}", where, within)};
    case Stage::redirect:
      return {
          Reason::timeout,
          fmt::format("cluster node {}: no answer to GETRANGE or PTTL within {}", where, within)};
  }
  return {Reason::timeout, fmt::format("no answer within {}", within)};
}

std::chrono::microseconds Journal::now() const {
  return std::chrono::floor<std::chrono::microseconds>(Clock::now() - started_);
}

void Journal::begun(Stage stage, const std::string& where) {
  begun(fmt::format("{} {}", name_of(stage), where));
  tell_(stage, where);
}

void Journal::begun(std::string what) { steps_.push_back({now(), {}, std::move(what), {}}); }

void Journal::ended(const std::string& outcome) {
  if (steps_.empty()) return;
  steps_.back().took = now() - steps_.back().at;
  steps_.back().outcome = outcome;
}

std::vector<Step> Journal::steps() const {
  auto steps = steps_;
  if (!steps.empty() && steps.back().outcome.empty()) steps.back().took = now() - steps.back().at;
  return steps;
}

}  // namespace probe
