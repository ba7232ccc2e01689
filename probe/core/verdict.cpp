#include "core/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "document/describe.hpp"
#include "document/duration.hpp"

namespace probe {
namespace {

using heartbeat::Document;
using heartbeat::format_duration;
using std::chrono::milliseconds;
using namespace std::chrono_literals;

constexpr int beats_before_stale = 3;
// SETEX counts whole seconds, and the command travels: so much more than the
// TTL is no contradiction.
constexpr milliseconds ttl_tolerance{1000};

std::optional<milliseconds> limit_of_age(const Document& document, const Rule& rule,
                                         std::optional<milliseconds> ttl) {
  if (rule.max_age) return rule.max_age;
  if (!document.interval || *document.interval <= 0ms) return std::nullopt;
  const auto limit = beats_before_stale * *document.interval;
  return ttl ? std::min(limit, *ttl) : limit;
}

/// `41s`; exact where it would read like the limit that it exceeds.
std::string format_excess(milliseconds age, milliseconds limit) {
  const auto text = format_duration(age);
  return text == format_duration(limit) ? fmt::format("{}ms", age.count()) : text;
}

std::string last_beat(const Verdict& verdict, milliseconds pttl) {
  if (verdict.age) return fmt::format("last beat {} ago", format_duration(*verdict.age));
  const auto age = verdict.limit ? "age unknown without ttl_ms or --ttl" : "age unknown";
  return fmt::format("{}, expires in {}", age, format_duration(pttl));
}

/// The document's status with its reasons, as an afterthought; nothing of a healthy one.
std::string also(const Document& document, milliseconds age) {
  if (document.status == heartbeat::Status::healthy) return {};
  const auto why = heartbeat::summarize(document, age);
  return fmt::format("; last status {}{}{}", to_string(document.status), why.empty() ? "" : ": ",
                     why);
}

std::string own_words(const Document& document, const Verdict& verdict, milliseconds pttl) {
  auto why = heartbeat::summarize(document, verdict.age.value_or(0ms));
  if (why.empty()) return last_beat(verdict, pttl);
  if (document.status != heartbeat::Status::healthy) return why;
  return fmt::format("{}, {}", why, last_beat(verdict, pttl));
}

std::string broken_expectations(const std::string& text, const Rule& rule) {
  if (rule.expectations.empty()) return {};
  std::string broken;
  for (const auto& complaint : complaints(text, rule.expectations))
    broken += (broken.empty() ? "" : "; ") + complaint;
  return broken;
}

}  // namespace

bool ambiguous(const Answer& answer) noexcept {
  if (std::holds_alternative<Problem>(answer.value)) return false;
  const auto* value = std::get_if<std::string>(&answer.value);
  const bool found = value == nullptr || !value->empty();
  return found == (answer.pttl == Answer::no_key);
}

Verdict judge(const std::string& service, const Answer& answer, const Rule& rule) {
  Verdict verdict{.service = service};
  const auto conclude = [&verdict](Reason reason, std::string text) {
    verdict.reason = reason;
    verdict.text = std::move(text);
    return verdict;
  };

  if (const auto* problem = std::get_if<Problem>(&answer.value))
    return conclude(problem->reason, problem->what);
  if (answer.pttl == Answer::no_key)
    return conclude(Reason::missing, fmt::format("no key {}{}", rule.prefix, service));
  const auto* value = std::get_if<std::string>(&answer.value);
  if (value == nullptr)
    return conclude(Reason::wrong_type,
                    fmt::format("the key {}{} holds no string", rule.prefix, service));
  if (value->size() > heartbeat::max_document_bytes)
    return conclude(Reason::too_large, "the document is larger than 64 KiB");
  auto document = heartbeat::decode(*value);
  if (!document) return conclude(Reason::malformed, document.error());
  verdict.document = std::move(*document);
  const auto& beat = *verdict.document;

  if (answer.pttl < 0)
    return conclude(Reason::no_expiry,
                    "the key has no expiry: it would outlive its writer" + also(beat, 0ms));
  const milliseconds pttl{answer.pttl};
  const auto ttl = beat.ttl ? beat.ttl : rule.ttl;
  verdict.limit = limit_of_age(beat, rule, ttl);
  if (ttl && pttl - ttl_tolerance > *ttl)
    return conclude(
        Reason::no_expiry,
        fmt::format("expires in {}, though its {} says {}: its age cannot be told",
                    format_duration(pttl), beat.ttl ? "ttl_ms" : "--ttl", format_duration(*ttl)) +
            also(beat, 0ms));
  if (ttl) verdict.age = std::max(0ms, *ttl - pttl);

  if (verdict.age && verdict.limit && *verdict.age > *verdict.limit)
    return conclude(Reason::stale, fmt::format("last beat {} ago, limit {}",
                                               format_excess(*verdict.age, *verdict.limit),
                                               format_duration(*verdict.limit)) +
                                       also(beat, *verdict.age));

  const auto age = verdict.age.value_or(0ms);
  if (rule.own_host && (!beat.instance || beat.instance->host != *rule.own_host)) {
    const auto writer = beat.instance && !beat.instance->host.empty()
                            ? fmt::format("written by host '{}'", beat.instance->host)
                            : std::string{"does not say which host wrote it"};
    return conclude(Reason::foreign_host,
                    fmt::format("{}, this is '{}'", writer, *rule.own_host) + also(beat, age));
  }
  if (auto broken = broken_expectations(*value, rule); !broken.empty())
    return conclude(Reason::expect, broken + also(beat, age));
  return conclude(reason_of(beat.status), own_words(beat, verdict, pttl));
}

}  // namespace probe
