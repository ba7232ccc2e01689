#include "core/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "document/json_value.hpp"
#include "document/names.hpp"
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
// Of a key without ttl_ms and --ttl.
constexpr milliseconds max_expiry = 24h;

/// Whether the document is that of another service, or of another replica. Without an id of its
/// writer, any text may be its service.
bool is_of_another(const Document& document, std::string_view member) {
  if (!document.service || !document.instance || document.instance->id.empty()) return false;
  const auto [service, replica] = heartbeat::split_member(member);
  const auto& name = document.instance->name;
  return document.service != service || (!replica.empty() && !name.empty() && name != replica);
}

std::string status_text(const Document& document, std::optional<milliseconds> age,
                        const std::string& age_unknown) {
  auto why = heartbeat::summarize(document, age.value_or(0ms));
  if (!why.empty() && document.status != heartbeat::Status::healthy) return why;
  const auto last_beat = age ? fmt::format("last beat {} ago", format_duration(*age)) : age_unknown;
  return why.empty() ? last_beat : fmt::format("{}, {}", why, last_beat);
}

/// The verdict on a healthy document that can be read without a JSON parser.
std::optional<Verdict> judge_healthy(const std::string& service, const Answer& answer,
                                     const AcceptancePolicy& acceptance) {
  const auto* value = std::get_if<std::string>(&answer.value);
  if (value == nullptr || answer.pttl < 0 || acceptance.own || !acceptance.expectations.empty())
    return std::nullopt;
  const auto header = heartbeat::scan_healthy(*value);
  if (!header) return std::nullopt;
  const auto [name, replica] = heartbeat::split_member(service);
  if (header->service.value_or(name) != name || (!replica.empty() && header->instance != replica))
    return std::nullopt;
  const milliseconds pttl{answer.pttl};
  const auto ttl = header->ttl ? header->ttl : acceptance.ttl;
  if (!ttl || outlives(pttl, *ttl)) return std::nullopt;
  const auto age = std::max(0ms, *ttl - pttl);
  const auto limit = limit_of_age(header->interval, header->ttl, acceptance);
  if (limit && age > *limit) return std::nullopt;
  Verdict verdict{.service = service, .reason = Reason::healthy, .age = age, .limit = limit};
  verdict.interval = header->interval;
  const auto since = format_duration(age);
  verdict.text.reserve(header->summary.size() + since.size() + 20);
  if (!header->summary.empty()) verdict.text.append(header->summary).append(", ");
  verdict.text.append("last beat ").append(since).append(" ago");
  return verdict;
}

std::string age_unknown(const Verdict& verdict, milliseconds pttl) {
  return fmt::format("{}, expires in {}",
                     verdict.limit ? "age unknown without ttl_ms or --ttl" : "age unknown",
                     format_duration(pttl));
}

bool passes(const Verdict& verdict, const ExitPolicy& exit_policy) noexcept {
  const auto status = verdict.status();
  return status == HealthStatus::healthy ||
         (status == HealthStatus::starting && exit_policy.starting) ||
         (status == HealthStatus::degraded && exit_policy.degraded) ||
         (exit_policy.redis_trouble && is_redis_trouble(verdict.reason));
}

// In ascending order of severity.
enum class State { ok, warning, unknown, critical };

State state_of(const Verdict& verdict, const ExitPolicy& exit_policy) noexcept {
  if (passes(verdict, exit_policy)) return State::ok;
  if (verdict.reason == Reason::usage) return State::unknown;
  const auto status = verdict.status();
  return status == HealthStatus::degraded || status == HealthStatus::starting ? State::warning
                                                                              : State::critical;
}

}  // namespace

bool is_ambiguous(const Answer& answer) noexcept {
  if (std::holds_alternative<Problem>(answer.value)) return false;
  const auto* value = std::get_if<std::string>(&answer.value);
  const bool found = value == nullptr || !value->empty();
  return found == (answer.pttl == Answer::no_key);
}

/// In groups of one status, those that are silenced and those that are healthy after all others.
std::vector<const Verdict*> worst_first(Verdicts verdicts) {
  constexpr auto worst = static_cast<std::size_t>(HealthStatus::unhealthy);
  std::array<std::vector<const Verdict*>, 2 * worst + 1> groups;
  for (const auto& verdict : verdicts) {
    auto rank = worst - static_cast<std::size_t>(verdict.status());
    if (verdict.silence || rank == worst) rank += worst;
    groups[rank].push_back(&verdict);
  }
  std::vector<const Verdict*> sorted;
  sorted.reserve(verdicts.size());
  for (const auto& group : groups) sorted.insert(sorted.end(), group.begin(), group.end());
  return sorted;
}

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

std::string owner_of(const Document& document) {
  return heartbeat::member_name(document.service.value_or(""),
                                document.instance ? document.instance->name : "");
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

  if (acceptance.max_age && !verdict.age)
    return conclude(Reason::age_unknown, age_unknown + last_status(beat, age));
  if (verdict.age && verdict.limit && age > *verdict.limit) {
    const auto [since, limit] = heartbeat::format_durations(age, *verdict.limit);
    return conclude(Reason::stale, fmt::format("last beat {} ago, limit {}", since, limit) +
                                       last_status(beat, age));
  }
  if (acceptance.own)
    if (const auto ownership = ownership_of(beat, *acceptance.own); !ownership.is_own)
      return conclude(Reason::foreign_host, ownership.why + last_status(beat, age));
  if (const auto unmet = unmet_expectations(json, acceptance.expectations); !unmet.empty())
    return conclude(Reason::expect, unmet + last_status(beat, age));
  return conclude(reason_of(beat.status), status_text(beat, verdict.age, age_unknown));
}

Verdict judge(const std::string& service, const Answer& answer,
              const AcceptancePolicy& acceptance) {
  Verdict verdict{.service = service};
  const auto conclude = [&verdict](Reason reason, std::string text) {
    return with_reason(std::move(verdict), reason, std::move(text));
  };

  if (const auto* problem = std::get_if<Problem>(&answer.value))
    return conclude(problem->reason, problem->what);
  if (answer.pttl == Answer::no_key)
    return conclude(Reason::missing, "no key " + acceptance.prefix + service);
  const auto* value = std::get_if<std::string>(&answer.value);
  if (value == nullptr)
    return conclude(Reason::wrong_type,
                    fmt::format("the key {}{} holds no string", acceptance.prefix, service));
  if (value->size() > heartbeat::max_document_bytes)
    return conclude(Reason::too_large, "the document is larger than 64 KiB");
  // Expectations may ask for any member.
  const auto json = acceptance.expectations.empty()
                        ? heartbeat::parse_json(*value, heartbeat::document_members)
                        : heartbeat::parse_json(*value);
  auto document = json.and_then([](const auto& read) { return heartbeat::decode(read); });
  if (!document) return conclude(Reason::malformed, document.error());
  if (is_of_another(*document, service))
    return conclude(Reason::foreign_service, "the key " + acceptance.prefix + service +
                                                 " holds the document of " + owner_of(*document));
  verdict.document = std::make_shared<const Document>(std::move(*document));
  const auto& beat = *verdict.document;
  verdict.interval = beat.interval;
  verdict.is_farewell =
      beat.status == heartbeat::Status::unhealthy && beat.reason == heartbeat::farewell_reason;

  if (answer.pttl < 0)
    return conclude(Reason::no_expiry,
                    "the key has no expiry: it would outlive its writer" + last_status(beat, 0ms));
  const milliseconds pttl{answer.pttl};
  const auto ttl = beat.ttl ? beat.ttl : acceptance.ttl;
  verdict.limit = limit_of_age(beat.interval, beat.ttl, acceptance);
  if (ttl && outlives(pttl, *ttl)) {
    const auto [left, whole] = heartbeat::format_durations(pttl, *ttl);
    return conclude(Reason::no_expiry,
                    fmt::format("expires in {}, though its {} says {}: its age cannot be told",
                                left, beat.ttl ? "ttl_ms" : "--ttl", whole) +
                        last_status(beat, 0ms));
  }
  if (!ttl && pttl > max_expiry)
    return conclude(
        Reason::no_expiry,
        "expires in " + format_duration(pttl) + ", more than " + format_duration(max_expiry) +
            ", without ttl_ms or --ttl: it would outlive its writer" + last_status(beat, 0ms));
  if (ttl) verdict.age = std::max(0ms, *ttl - pttl);
  const auto unknown = age_unknown(verdict, pttl);
  return judge_beat(std::move(verdict), *json, acceptance, unknown);
}

Verdict judge_without_document(const std::string& service, const Answer& answer,
                               const AcceptancePolicy& acceptance) {
  if (auto verdict = judge_healthy(service, answer, acceptance)) return std::move(*verdict);
  auto verdict = judge(service, answer, acceptance);
  verdict.document.reset();
  return verdict;
}

int exit_status(Verdicts verdicts, const ExitPolicy& exit_policy) noexcept {
  const bool all = std::ranges::all_of(
      verdicts, [&](const Verdict& verdict) { return passes(verdict, exit_policy); });
  return all && !verdicts.empty() ? 0 : 1;
}

int nagios_status(Verdicts verdicts, const ExitPolicy& exit_policy) noexcept {
  auto worst = verdicts.empty() ? State::unknown : State::ok;
  for (const auto& verdict : verdicts) worst = std::max(worst, state_of(verdict, exit_policy));
  constexpr std::array numbers{0, 1, nagios_unknown, 2};  // in the order of State
  return numbers[static_cast<std::size_t>(worst)];
}

}  // namespace probe
