#include "core/freshness.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "document/document.hpp"
#include "document/time.hpp"

namespace probe {
namespace {

using heartbeat::Document;
using heartbeat::format_duration;
using std::chrono::milliseconds;
using namespace std::chrono_literals;

constexpr int beats_before_stale = 3;
// PTTL may exceed the TTL by this: SETEX counts whole seconds, and the command takes time.
constexpr milliseconds ttl_tolerance{1000};

/// `41s`; in milliseconds if it would read like the limit that it exceeds.
std::string format_excess(milliseconds age, milliseconds limit) {
  const auto text = format_duration(age);
  return text == format_duration(limit) ? fmt::format("{}ms", age.count()) : text;
}

std::string status_text(const Document& document, std::optional<milliseconds> age,
                        const std::string& age_unknown) {
  auto why = heartbeat::summarize(document, age.value_or(0ms));
  if (!why.empty() && document.status != heartbeat::Status::healthy) return why;
  const auto last_beat = age ? fmt::format("last beat {} ago", format_duration(*age)) : age_unknown;
  return why.empty() ? last_beat : fmt::format("{}, {}", why, last_beat);
}

}  // namespace

Verdict with_reason(Verdict verdict, Reason reason, std::string text) {
  verdict.reason = reason;
  verdict.text = std::move(text);
  return verdict;
}

std::optional<milliseconds> limit_of_age(std::optional<milliseconds> interval,
                                         std::optional<milliseconds> ttl,
                                         const AcceptancePolicy& acceptance) {
  if (acceptance.max_age) return acceptance.max_age;
  if (!interval || *interval <= 0ms) return std::nullopt;
  const auto limit = beats_before_stale * *interval;
  if (!ttl) ttl = acceptance.ttl;
  return ttl ? std::min(limit, *ttl) : limit;
}

bool outlives(milliseconds pttl, milliseconds ttl) noexcept { return pttl - ttl_tolerance > ttl; }

std::string last_status(const Document& document, milliseconds age) {
  if (document.status == heartbeat::Status::healthy) return {};
  const auto why = heartbeat::summarize(document, age);
  return fmt::format("; last status {}{}{}", to_string(document.status), why.empty() ? "" : ": ",
                     why);
}

Verdict judge_beat(Verdict verdict, const heartbeat::JsonValue& json,
                   const AcceptancePolicy& acceptance, const std::string& age_unknown) {
  if (!verdict.document) return verdict;
  const auto& beat = *verdict.document;
  const auto age = verdict.age.value_or(0ms);
  const auto conclude = [&](Reason reason, std::string why) {
    return with_reason(std::move(verdict), reason, std::move(why));
  };

  if (verdict.age && verdict.limit && age > *verdict.limit)
    return conclude(Reason::stale,
                    fmt::format("last beat {} ago, limit {}", format_excess(age, *verdict.limit),
                                format_duration(*verdict.limit)) +
                        last_status(beat, age));
  if (acceptance.own_host && (!beat.instance || beat.instance->host != *acceptance.own_host)) {
    const auto writer = beat.instance && !beat.instance->host.empty()
                            ? fmt::format("written by host '{}'", beat.instance->host)
                            : std::string{"does not say which host wrote it"};
    return conclude(
        Reason::foreign_host,
        fmt::format("{}, this is '{}'", writer, *acceptance.own_host) + last_status(beat, age));
  }
  if (const auto unmet = unmet_expectations(json, acceptance.expectations); !unmet.empty())
    return conclude(Reason::expect, unmet + last_status(beat, age));
  return conclude(reason_of(beat.status), status_text(beat, verdict.age, age_unknown));
}

}  // namespace probe
