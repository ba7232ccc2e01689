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
#include "core/reason.hpp"
#include "document/document.hpp"

/// From what Redis said of a key to what to think of the service. Pure: the
/// same arguments give the same verdict.
namespace probe {

/// The key holds something else than a string.
struct WrongType {};

/// Why nothing could be found out; `what` is for people.
struct Problem {
  Reason reason = Reason::usage;
  std::string what;
};

/// What Redis said of one key.
struct Answer {
  static constexpr std::int64_t no_key = -2;
  static constexpr std::int64_t no_expiry = -1;

  /// The first max_document_bytes + 1 bytes; of no key, none.
  std::variant<std::string, WrongType, Problem> value;
  std::int64_t pttl = no_key;  ///< milliseconds left, or one of the two above
};

/// Value and PTTL contradict each other: a beat landed or expired between the
/// two commands, or the value is empty. Worth asking again, once.
bool ambiguous(const Answer& answer) noexcept;

/// What is demanded of a beat beyond the document's own status.
struct AcceptancePolicy {
  std::string prefix{};                                ///< of the key, for messages
  std::optional<std::chrono::milliseconds> max_age{};  ///< else the document's interval tells
  std::optional<std::chrono::milliseconds> ttl{};      ///< where the document has no ttl_ms
  std::optional<std::string> own_host{};               ///< the host that must have written it
  std::vector<Expectation> expectations{};
};

struct Verdict {
  std::string service;
  Reason reason = Reason::usage;
  std::string text{};  ///< for people; not yet fit to print
  std::optional<std::chrono::milliseconds> age{};
  std::optional<std::chrono::milliseconds> limit{};       ///< of the age
  std::shared_ptr<const heartbeat::Document> document{};  ///< null: not readable, or not kept
  std::string file{};                                     ///< where it was read; empty: in Redis
  std::optional<Problem> redis_problem{};                 ///< for which the file was judged instead

  Word word() const noexcept { return word_of(reason); }
};

/// The verdicts, worst first; equally bad ones keep their order.
std::vector<const Verdict*> worst_first(std::span<const Verdict> verdicts);

Verdict judge(const std::string& service, const Answer& answer, const AcceptancePolicy& acceptance);

/// The same without the document: of a healthy service at a small part of the cost.
Verdict judge_briefly(const std::string& service, const Answer& answer,
                      const AcceptancePolicy& acceptance);

}  // namespace probe
