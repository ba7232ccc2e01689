#include "fetch/redis_source.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "document/names.hpp"
#include "document/time.hpp"
#include "fetch/silences.hpp"

namespace probe {

namespace {

// For so many keys, a step of SCAN takes Redis a fraction of a millisecond.
constexpr const char* keys_in_a_step = "1000";
constexpr std::size_t max_names = 100'000;

/// The pattern that matches every key with the prefix; special characters are escaped.
std::string pattern_of(std::string_view prefix) {
  std::string pattern;
  for (const char c : prefix) {
    if (std::string_view{"*?[]\\"}.find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern + '*';
}

Reason reason_from(redis::Failure failure) {
  constexpr std::array reasons{Reason::dns,     Reason::unreachable, Reason::timeout,
                               Reason::tls,     Reason::auth,        Reason::denied,
                               Reason::loading, Reason::redis_error};  // in the order of Failure
  static_assert(reasons.size() == static_cast<std::size_t>(redis::Failure::redis_error) + 1);
  return reasons[static_cast<std::size_t>(failure)];
}

Answer answer_from(redis::Reply value, const redis::Reply& pttl) {
  Answer answer;
  const auto* error = std::get_if<redis::ErrorReply>(&value);
  if (auto* text = std::get_if<std::string>(&value))
    answer.value = std::move(*text);
  else if (error != nullptr && error->text.starts_with("WRONGTYPE"))
    answer.value = WrongType{};
  else
    answer.value = problem_in("GETRANGE", value);

  if (std::holds_alternative<Problem>(answer.value)) return answer;
  if (const auto* left = std::get_if<std::int64_t>(&pttl))
    answer.pttl = *left;
  else
    answer.value = problem_in("PTTL", pttl);
  return answer;
}

std::string place_of(const redis::Endpoint& endpoint) {
  return " in database " + std::to_string(endpoint.database) + " at " + to_string(endpoint);
}

}  // namespace

std::string source_of(const redis::Endpoint& endpoint, const std::string& prefix) {
  const auto user = shown_user(endpoint.login);
  return prefix + "*" + place_of(endpoint) + (user.empty() ? "" : ", as user " + user);
}

Problem problem_from(const redis::Error& error) { return {reason_from(error.failure), error.what}; }

Problem with_own_time(Problem problem, std::chrono::milliseconds judging,
                      std::chrono::milliseconds limit) {
  if (problem.reason != Reason::timeout || 2 * judging < limit) return problem;
  problem.what = "not read within " + heartbeat::format_duration(limit) + ": this machine took " +
                 heartbeat::format_duration(judging) + " to judge the other documents";
  return problem;
}

Problem problem_in(std::string_view command, const redis::Reply& reply) {
  if (const auto* refused = std::get_if<redis::ErrorReply>(&reply))
    return problem_from(redis::refusal(command, refused->text));
  if (const auto* lost = std::get_if<redis::Unanswered>(&reply)) return problem_from(lost->why);
  return {Reason::redis_error, std::string{command} + ": a reply of another type"};
}

tl::expected<std::vector<std::string>, Problem> array_in(std::string_view command,
                                                         redis::Reply& reply) {
  if (auto* array = std::get_if<redis::Array>(&reply)) return std::move(*array);
  return tl::unexpected{problem_in(command, reply)};
}

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
  return array_in(words.front(), replies->front());
}

std::string RedisSource::place() const { return place_of(client_.endpoint()); }

std::string RedisSource::last_member() const {
  // ZRANGE's end is inclusive.
  return max_members_ == no_limit ? "-1" : std::to_string(max_members_);
}

std::optional<Problem> RedisSource::too_many(std::size_t members) const {
  if (members <= max_members_) return std::nullopt;
  return Problem{Reason::redis_error, "the roster " + heartbeat::roster_key(prefix_) +
                                          " has more than " + std::to_string(max_members_) +
                                          " members"};
}

tl::expected<Listing, Problem> RedisSource::listing() {
  const auto key = heartbeat::roster_key(prefix_);
  const auto last = last_member();
  // The lowest scores are those of replicas that left and of the member that says when it began.
  const std::vector<redis::Command> commands{{"ZRANGE", key, "0", last},
                                             {"ZRANGE", key, "0", "99", "WITHSCORES"},
                                             {"ZRANGE", key, "-1", "-1", "WITHSCORES"}};
  auto replies = client_.ask(commands, deadline_);
  if (!replies) return tl::unexpected{problem_from(replies.error())};
  std::vector<redis::Array> arrays;
  for (auto& reply : *replies) {
    auto* array = std::get_if<redis::Array>(&reply);
    if (array == nullptr) return tl::unexpected{problem_in("ZRANGE", reply)};
    arrays.push_back(std::move(*array));
  }
  if (auto problem = too_many(arrays[0].size())) return tl::unexpected{std::move(*problem)};
  if (auto listing = listing_from(arrays[0], arrays[1], arrays[2])) return std::move(*listing);
  return roster().map(listing_of);
}

tl::expected<Roster, Problem> RedisSource::roster() {
  const auto key = heartbeat::roster_key(prefix_);
  const auto names_and_scores = read_array({"ZRANGE", key, "0", last_member(), "WITHSCORES"});
  if (!names_and_scores) return tl::unexpected{names_and_scores.error()};
  if (auto problem = too_many(names_and_scores->size() / 2))
    return tl::unexpected{std::move(*problem)};
  return roster_from(*names_and_scores);
}

FleetSource::ExpectedNames RedisSource::scan_names() {
  const auto pattern = pattern_of(prefix_);
  std::vector<std::string> names;
  std::string cursor = "0";
  do {
    auto found = read_array({"SCAN", cursor, "MATCH", pattern, "COUNT", keys_in_a_step});
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

redis::Result<void> RedisSource::read_once(std::span<const std::string> names,
                                           const TakeAnswer& take,
                                           const TakeSilences& take_silences) {
  // GETRANGE's end is inclusive: one byte more than a document may have.
  static const auto last = std::to_string(heartbeat::max_document_bytes);
  const auto silences = heartbeat::silences_key(prefix_);
  const auto silences_words = silences_command(silences);
  std::string key;  // of the latest command
  std::array<std::string_view, 4> get_range{"GETRANGE", {}, "0", last};
  std::array<std::string_view, 2> pttl{"PTTL", {}};
  const auto command_at = [&](std::size_t index) -> redis::CommandWords {
    if (index == 2 * names.size()) return silences_words;
    key.assign(prefix_).append(names[index / 2]);  // document_key(), in the same memory
    get_range[1] = pttl[1] = key;
    if (index % 2 == 0) return get_range;
    return pttl;
  };
  const auto count = 2 * names.size() + (take_silences ? 1 : 0);
  // In a cluster, the two replies may come from different nodes, in any order.
  std::vector<std::optional<redis::Reply>> first(names.size());
  return client_.ask(count, command_at, deadline_, [&](std::size_t index, redis::Reply&& reply) {
    if (index == 2 * names.size()) return take_silences(array_in("ZRANGE", reply));
    auto& other = first[index / 2];
    if (!other) {
      other = std::move(reply);
      return;
    }
    if (index % 2 == 0) std::swap(*other, reply);
    take(index / 2, answer_from(std::move(*other), reply));
    *other = redis::Nil{};  // frees its memory
  });
}

void RedisSource::read_documents(std::span<const std::string> names, const TakeAnswer& take,
                                 const TakeSilences& take_silences) {
  if (names.empty()) return;
  std::vector<bool> taken(names.size());
  std::vector<std::size_t> numbers;  // of the ambiguous names
  std::vector<std::string> ambiguous_names;
  using Steady = redis::Deadline::Steady;
  Steady::duration judging{};
  const auto take_once = [&](std::size_t number, const Answer& answer) {
    const auto began = Steady::now();
    taken[number] = true;
    take(number, answer);
    judging += Steady::now() - began;
  };
  auto read = read_once(
      names,
      [&](std::size_t number, const Answer& answer) {
        if (!is_ambiguous(answer)) return take_once(number, answer);
        numbers.push_back(number);
        ambiguous_names.push_back(names[number]);
      },
      take_silences);
  if (read && !numbers.empty())
    read =
        read_once(ambiguous_names,
                  [&](std::size_t i, const Answer& answer) { take_once(numbers[i], answer); }, {});
  if (read) return;
  using std::chrono::milliseconds;
  const auto problem = with_own_time(problem_from(read.error()),
                                     std::chrono::floor<milliseconds>(judging), deadline_.limit);
  for (std::size_t i = 0; i < names.size(); ++i)
    if (!taken[i]) take(i, Answer{.value = problem});
}

}  // namespace probe
