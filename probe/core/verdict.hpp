#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/expectation.hpp"
#include "core/own.hpp"
#include "core/reason.hpp"
#include "document/document.hpp"

/// Judges a service by Redis's answer about its key. Pure.
namespace probe {

struct WrongType {};

/// Why a service could not be judged; `what` is for people.
struct Problem {
  Reason reason = Reason::usage;
  std::string what;
};

struct Answer {
  static constexpr std::int64_t no_key = -2;
  static constexpr std::int64_t no_expiry = -1;

  /// The first max_document_bytes + 1 bytes; empty if there is no key.
  std::variant<std::string, WrongType, Problem> value;
  std::int64_t pttl = no_key;  ///< milliseconds left, no_key or no_expiry
};

/// Whether value and PTTL contradict each other: a beat came or expired between them. Ask again.
bool is_ambiguous(const Answer& answer) noexcept;

/// What a beat must satisfy beyond its own status.
struct AcceptancePolicy {
  std::string prefix{};                                ///< of the document key, for messages
  std::optional<std::chrono::milliseconds> max_age{};  ///< empty: by the document's interval
  std::optional<std::chrono::milliseconds> ttl{};      ///< for a document without ttl_ms
  std::optional<ThisHost> own{};                       ///< only its own beats are accepted
  std::vector<Expectation> expectations{};
};

struct Silence;

struct Verdict {
  std::string service;
  Reason reason = Reason::usage;
  std::string text{};  ///< for people; not escaped yet
  std::optional<std::chrono::milliseconds> age{};
  std::optional<std::chrono::milliseconds> limit{};       ///< maximum age
  std::shared_ptr<const heartbeat::Document> document{};  ///< null: cannot be decoded, or not kept
  std::string file{};                                   ///< the path of the document; empty: Redis
  std::optional<Problem> redis_problem{};               ///< why the file decided instead of Redis
  std::optional<std::chrono::milliseconds> interval{};  ///< between beats, as the document says
  /// Covers the service; it changes nothing of the verdict. Null: none does, or none was read.
  std::shared_ptr<const Silence> silence{};
  bool is_farewell = false;  ///< the document is the last one of a writer that stopped

  HealthStatus status() const noexcept { return health_status_of(reason); }
};

using Verdicts = std::span<const Verdict>;

/// The service name in a verdict on all services: their names are not known, or it is on the
/// roster.
inline constexpr auto all_services = "*";

/// The verdicts, worst first: those that are silenced after all others that are not healthy.
/// Verdicts with the same status keep their order.
std::vector<const Verdict*> worst_first(Verdicts verdicts);

Verdict judge(const std::string& service, const Answer& answer, const AcceptancePolicy& acceptance);

/// The same verdict without its document. For a healthy service this is much faster.
Verdict judge_without_document(const std::string& service, const Answer& answer,
                               const AcceptancePolicy& acceptance);

Verdict with_reason(Verdict verdict, Reason reason, std::string text);

/// The maximum age of a beat, if there is one.
std::optional<std::chrono::milliseconds> limit_of_age(
    std::optional<std::chrono::milliseconds> interval, std::optional<std::chrono::milliseconds> ttl,
    const AcceptancePolicy& acceptance);

/// The name of the service, or of the replica, that the document states.
std::string owner_of(const heartbeat::Document& document);

/// Whether the key expires later than its TTL allows. Then its age cannot be told.
bool outlives(std::chrono::milliseconds pttl, std::chrono::milliseconds ttl) noexcept;

/// `; last status degraded: ...`, to append to a text; empty if the status is healthy.
std::string last_status(const heartbeat::Document& document, std::chrono::milliseconds age);

/// Judges the verdict's document, whose JSON is `json`. `age_unknown` says why it has no age.
Verdict judge_beat(Verdict verdict, const heartbeat::JsonValue& json,
                   const AcceptancePolicy& acceptance, const std::string& age_unknown);

/// Which verdicts pass besides healthy.
struct ExitPolicy {
  bool degraded = false;
  bool starting = false;
  bool redis_trouble = false;  ///< any problem with Redis, but not a usage error
};

/// For Docker and scripts: 0 if all pass and there is one, else 1. Never 2, which Docker reserves.
int exit_status(Verdicts verdicts, const ExitPolicy& exit_policy) noexcept;
inline int exit_status(const Verdict& verdict, const ExitPolicy& exit_policy) noexcept {
  return exit_status({&verdict, 1}, exit_policy);
}

/// For Nagios, by the worst verdict: 0 OK if it passes, 1 WARNING for degraded and starting, 3
/// UNKNOWN for a usage error or no verdict, 2 CRITICAL, which is worse, for all others.
int nagios_status(Verdicts verdicts, const ExitPolicy& exit_policy) noexcept;
inline constexpr int nagios_unknown = 3;

}  // namespace probe
