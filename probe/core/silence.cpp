#include "core/silence.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>

#include "document/json_value.hpp"
#include "document/names.hpp"
#include "document/text.hpp"

namespace probe {
namespace {

using heartbeat::WallTime;

constexpr std::size_t max_member_bytes = 2048;
// 9999-12-31T23:59:59Z: the last second of a year with four digits.
constexpr double last_moment = 253'402'300'799'000;

/// Redis 8 may write a score as `1.7956971930000001e+12`.
WallTime end_from_score(const std::string& score) {
  const auto end = std::strtod(score.c_str(), nullptr);
  if (!(end > 0)) return {};
  return WallTime{std::chrono::milliseconds{std::llround(std::min(end, last_moment))}};
}

const std::string* string_in(const heartbeat::JsonValue& json, std::string_view name) {
  const auto* field = json.find(name);
  return field == nullptr ? nullptr : field->get_if<std::string>();
}

std::optional<Silence> silence_from(const std::string& member, const std::string& score) {
  if (member.size() > max_member_bytes) return std::nullopt;
  const auto json = heartbeat::parse_json(member);
  if (!json) return std::nullopt;
  const auto* name = string_in(*json, "service");
  const auto* by = string_in(*json, "by");
  const auto* reason = string_in(*json, "reason");
  if (name == nullptr || by == nullptr || reason == nullptr || !heartbeat::is_member_name(*name))
    return std::nullopt;
  return Silence{*name, end_from_score(score), heartbeat::printable(*by, max_silence_by),
                 heartbeat::printable(*reason, max_silence_reason)};
}

bool covers(const Silence& silence, std::string_view name) {
  return name.starts_with(silence.name) &&
         (name.size() == silence.name.size() || name[silence.name.size()] == ':');
}

}  // namespace

std::vector<Silence> silences_from(std::span<const std::string> members_and_scores, WallTime now) {
  std::vector<Silence> silences;
  for (std::size_t i = 0; i + 1 < members_and_scores.size(); i += 2)
    if (auto silence = silence_from(members_and_scores[i], members_and_scores[i + 1]);
        silence && silence->until > now)
      silences.push_back(*std::move(silence));
  return silences;
}

const Silence* silence_of(std::string_view name, std::span<const Silence> silences) {
  const Silence* last = nullptr;
  for (const auto& silence : silences)
    if (covers(silence, name) && (last == nullptr || silence.until > last->until)) last = &silence;
  return last;
}

std::string member_of(const Silence& silence) {
  using MemberJson = nlohmann::ordered_json;
  return MemberJson{{"service", silence.name}, {"by", silence.by}, {"reason", silence.reason}}.dump(
      -1, ' ', false, MemberJson::error_handler_t::replace);
}

std::string score_of(const Silence& silence) {
  return std::to_string(silence.until.time_since_epoch().count());
}

std::vector<std::string> replaced_members(std::span<const std::string> members_and_scores,
                                          std::span<const std::string> names, WallTime now) {
  std::vector<std::string> members;
  for (std::size_t i = 0; i + 1 < members_and_scores.size(); i += 2) {
    const auto& member = members_and_scores[i];
    const auto silence = silence_from(member, members_and_scores[i + 1]);
    const bool has_ended = end_from_score(members_and_scores[i + 1]) <= now;
    if (has_ended || (silence && std::ranges::find(names, silence->name) != names.end()))
      members.push_back(member);
  }
  return members;
}

}  // namespace probe
