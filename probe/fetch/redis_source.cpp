#include "fetch/redis_source.hpp"

#include <algorithm>
#include <utility>

#include "document/names.hpp"
#include "fetch/read_documents.hpp"

namespace probe {

namespace redis = heartbeat::redis;

namespace {

// Keys that Redis looks at in one step: a fraction of a millisecond.
constexpr const char* keys_in_a_step = "1000";
constexpr std::size_t max_names = 100'000;

/// The pattern of all keys with the prefix, whose special characters stand for themselves.
std::string pattern_of(std::string_view prefix) {
  std::string pattern;
  for (const char c : prefix) {
    if (std::string_view{"*?[]\\"}.find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern + '*';
}

}  // namespace

tl::expected<redis::Endpoint, Problem> configured_endpoint(const redis::Environment& environment,
                                                           const std::string& redis_url,
                                                           redis::Origins* origins) {
  return redis::endpoint_from(environment, redis_url, origins)
      .map_error([&](const std::string& error) {
        return Problem{Reason::usage, (redis_url.empty() ? "" : "--redis: ") + error};
      });
}

FleetSource::ExpectedNames RedisSource::read_array(
    std::initializer_list<std::string_view> command) {
  const redis::Command words{command};
  auto replies = client_.ask({&words, 1}, deadline_);
  if (!replies) return tl::unexpected{problem_from(replies.error())};
  auto& reply = replies->front();
  if (auto* array = std::get_if<redis::Array>(&reply)) return std::move(*array);
  return tl::unexpected{problem_in(words.front(), reply)};
}

FleetSource::ExpectedNames RedisSource::roster_names() {
  auto names = read_array({"ZRANGE", heartbeat::roster_key(prefix_), "0", "-1"});
  if (names)
    std::erase_if(*names, [](const auto& name) { return !heartbeat::is_member_name(name); });
  return names;
}

tl::expected<std::vector<Member>, Problem> RedisSource::roster() {
  return read_array({"ZRANGE", heartbeat::roster_key(prefix_), "0", "-1", "WITHSCORES"})
      .map(roster_from);
}

FleetSource::ExpectedNames RedisSource::scan_names() {
  const auto pattern = pattern_of(prefix_);
  std::vector<std::string> names;
  std::string cursor = "0";
  do {
    const auto found = read_array({"SCAN", cursor, "MATCH", pattern, "COUNT", keys_in_a_step});
    if (!found) return found;
    if (found->empty())
      return tl::unexpected{Problem{Reason::redis_error, "SCAN: a reply without a cursor"}};
    cursor = found->front();
    for (const auto& key : std::span{*found}.subspan(1)) {
      if (!key.starts_with(prefix_)) continue;
      auto name = key.substr(prefix_.size());
      if (heartbeat::is_member_name(name)) names.push_back(std::move(name));
    }
    if (names.size() > max_names)
      return tl::unexpected{Problem{Reason::redis_error, "more than " + std::to_string(max_names) +
                                                             " keys begin with " + prefix_}};
  } while (cursor != "0");
  std::ranges::sort(names);  // SCAN may return a key twice
  names.erase(std::ranges::unique(names).begin(), names.end());
  return names;
}

void RedisSource::read_documents(std::span<const std::string> names, const TakeAnswer& take) {
  std::vector<std::string> keys;
  keys.reserve(names.size());
  for (const auto& name : names) keys.push_back(heartbeat::document_key(prefix_, name));
  probe::read_documents(client_, keys, deadline_, take);
}

}  // namespace probe
