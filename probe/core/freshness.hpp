#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "core/verdict.hpp"

/// What a document comes to, wherever it was found.
namespace probe {

/// The verdict with its reason.
Verdict concluded(Verdict verdict, Reason reason, std::string text);

/// The oldest age accepted; nothing where neither acceptance nor the document's interval limits it.
std::optional<std::chrono::milliseconds> limit_of_age(
    std::optional<std::chrono::milliseconds> interval, std::optional<std::chrono::milliseconds> ttl,
    const AcceptancePolicy& acceptance);

/// Whether a key that lives so much longer contradicts its TTL: the age cannot be told then.
bool outlives(std::chrono::milliseconds pttl, std::chrono::milliseconds ttl) noexcept;

/// The document's status with its reasons, as an afterthought; nothing of a healthy one.
std::string also(const heartbeat::Document& document, std::chrono::milliseconds age);

/// Judges the verdict's document, if it has one, by its age, the acceptance and its own words.
/// `json` is the JSON of the document; `age_unknown` says why the age is unknown.
Verdict judge_beat(Verdict verdict, const heartbeat::JsonValue& json,
                   const AcceptancePolicy& acceptance, const std::string& age_unknown);

}  // namespace probe
