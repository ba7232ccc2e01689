#include "fetch/read_documents.hpp"

#include <optional>
#include <utility>

#include "redis/resp.hpp"

namespace probe {
namespace {

namespace redis = heartbeat::redis;

Reason reason_from(redis::Failure failure) {
  switch (failure) {
    case redis::Failure::dns:
      return Reason::dns;
    case redis::Failure::unreachable:
      return Reason::unreachable;
    case redis::Failure::timeout:
      return Reason::timeout;
    case redis::Failure::tls:
      return Reason::tls;
    case redis::Failure::auth:
      return Reason::auth;
    case redis::Failure::denied:
      return Reason::denied;
    case redis::Failure::loading:
      return Reason::loading;
    case redis::Failure::redis_error:
      return Reason::redis_error;
  }
  return Reason::redis_error;
}

bool is_wrong_type(const redis::Reply& reply) {
  const auto* error = std::get_if<redis::ErrorReply>(&reply);
  return error != nullptr && error->text.starts_with("WRONGTYPE");
}

Answer answer_from(redis::Reply value, const redis::Reply& pttl) {
  Answer answer;
  if (auto* text = std::get_if<std::string>(&value))
    answer.value = std::move(*text);
  else if (is_wrong_type(value))
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

using TakeAnswer = std::function<void(std::size_t, Answer)>;

/// One round trip for all keys. An error concerns the keys whose answers were not taken.
tl::expected<void, redis::Error> read_once(redis::Client& client, std::span<const std::string> keys,
                                           const redis::Deadline& deadline,
                                           const TakeAnswer& take) {
  // GETRANGE's end is inclusive: one byte more than a document may have.
  static const auto last = std::to_string(heartbeat::max_document_bytes);
  std::vector<redis::Command> commands;
  commands.reserve(2 * keys.size());
  for (const auto& key : keys) {
    commands.push_back({"GETRANGE", key, "0", last});
    commands.push_back({"PTTL", key});
  }
  // In a cluster, the two replies may come from different nodes, in any order.
  std::vector<std::optional<redis::Reply>> first(keys.size());
  return client.ask(commands, deadline, [&](std::size_t index, redis::Reply reply) {
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

}  // namespace

Problem problem_from(const redis::Error& error) { return {reason_from(error.failure), error.what}; }

Problem problem_in(std::string_view command, const redis::Reply& reply) {
  if (const auto* refused = std::get_if<redis::ErrorReply>(&reply))
    return problem_from(redis::refusal(command, refused->text));
  if (const auto* lost = std::get_if<redis::Unanswered>(&reply)) return problem_from(lost->why);
  return {Reason::redis_error, std::string{command} + ": a reply of another type"};
}

void read_documents(redis::Client& client, std::span<const std::string> keys,
                    const redis::Deadline& deadline, const TakeAnswer& take) {
  if (keys.empty()) return;
  std::vector<bool> taken(keys.size());
  std::vector<std::size_t> numbers;  // of the ambiguous keys
  std::vector<std::string> ambiguous_keys;
  const auto take_once = [&](std::size_t number, Answer answer) {
    taken[number] = true;
    take(number, std::move(answer));
  };
  auto read = read_once(client, keys, deadline, [&](std::size_t number, Answer answer) {
    if (!ambiguous(answer)) return take_once(number, std::move(answer));
    numbers.push_back(number);
    ambiguous_keys.push_back(keys[number]);
  });
  if (read && !numbers.empty())
    read = read_once(client, ambiguous_keys, deadline, [&](std::size_t i, Answer answer) {
      take_once(numbers[i], std::move(answer));
    });
  if (read) return;
  const auto problem = problem_from(read.error());
  for (std::size_t i = 0; i < keys.size(); ++i)
    if (!taken[i]) take(i, Answer{.value = problem});
}

}  // namespace probe
