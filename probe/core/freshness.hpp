#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "core/verdict.hpp"

/// The part of judging that is the same for a document in Redis and in a file.
namespace probe {

/// The verdict with this reason and text.
Verdict with_reason(Verdict verdict, Reason reason, std::string text);

/// The maximum age of a beat, from the acceptance policy or the document's interval. Nothing: no
/// limit.
std::optional<std::chrono::milliseconds> limit_of_age(
    std::optional<std::chrono::milliseconds> interval, std::optional<std::chrono::milliseconds> ttl,
    const AcceptancePolicy& acceptance);

/// Whether the key expires later than its TTL allows. Then its age cannot be told.
bool outlives(std::chrono::milliseconds pttl, std::chrono::milliseconds ttl) noexcept;

/// `; last status degraded: ...`, to append to a text; empty if the status is healthy.
std::string last_status(const heartbeat::Document& document, std::chrono::milliseconds age);

/// Judges the verdict's document, if it has one, by its age, the acceptance policy and its status.
/// `json` is the JSON of the document; `age_unknown` says why the age is unknown.
Verdict judge_beat(Verdict verdict, const heartbeat::JsonValue& json,
                   const AcceptancePolicy& acceptance, const std::string& age_unknown);

}  // namespace probe
