#include "edge/scan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "document/names.hpp"
#include "edge/ask.hpp"

namespace probe {
namespace {

namespace redis = heartbeat::redis;

// Keys that Redis looks at in one step: a fraction of a millisecond.
constexpr const char* keys_in_a_step = "1000";
constexpr std::size_t most_names = 100'000;

/// The pattern of all keys with the prefix, in which nothing stands for anything else.
std::string pattern_of(std::string_view prefix) {
  std::string pattern;
  for (const char c : prefix) {
    if (std::string_view{"*?[]\\"}.find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern + '*';
}

}  // namespace

tl::expected<std::vector<std::string>, Problem> scan_names(redis::Client& client,
                                                           const std::string& prefix,
                                                           const redis::Deadline& deadline) {
  const auto pattern = pattern_of(prefix);
  std::vector<std::string> names;
  std::string cursor = "0";
  do {
    const std::array<redis::Command, 1> step{
        redis::Command{"SCAN", cursor, "MATCH", pattern, "COUNT", keys_in_a_step}};
    auto replies = client.ask(step, deadline);
    if (!replies) return tl::unexpected{problem_from(replies.error())};
    auto* keys = std::get_if<redis::Array>(&replies->front());
    if (keys == nullptr || keys->empty())
      return tl::unexpected{problem_in("SCAN", replies->front())};
    cursor = keys->front();
    for (const auto& key : std::span{*keys}.subspan(1)) {
      if (!key.starts_with(prefix)) continue;
      auto name = key.substr(prefix.size());
      if (heartbeat::is_member_name(name)) names.push_back(std::move(name));
    }
    if (names.size() > most_names)
      return tl::unexpected{Problem{
          Reason::redis_error, fmt::format("more than {} keys begin with {}", most_names, prefix)}};
  } while (cursor != "0");
  std::ranges::sort(names);  // a key may come twice
  names.erase(std::ranges::unique(names).begin(), names.end());
  return names;
}

}  // namespace probe
