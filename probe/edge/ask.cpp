#include "edge/ask.hpp"

#include <fmt/format.h>

#include "redis/reply.hpp"

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

Answer answer_from(const redis::Reply& value, const redis::Reply& pttl) {
  Answer answer;
  if (const auto* text = std::get_if<std::string>(&value))
    answer.value = *text;
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

/// One round trip for all keys.
tl::expected<std::vector<Answer>, redis::Error> read(redis::Client& client,
                                                     std::span<const std::string> keys,
                                                     const redis::Deadline& deadline) {
  // GETRANGE's end is inclusive: one byte more than a document may have.
  static const auto last = std::to_string(heartbeat::max_document_bytes);
  std::vector<redis::Command> commands;
  for (const auto& key : keys) {
    commands.push_back({"GETRANGE", key, "0", last});
    commands.push_back({"PTTL", key});
  }
  const auto replies = client.ask(commands, deadline);
  if (!replies) return tl::unexpected{replies.error()};
  std::vector<Answer> answers;
  for (std::size_t i = 0; i + 1 < replies->size(); i += 2)
    answers.push_back(answer_from((*replies)[i], (*replies)[i + 1]));
  return answers;
}

tl::expected<std::vector<Answer>, redis::Error> read_settled(redis::Client& client,
                                                             std::span<const std::string> keys,
                                                             const redis::Deadline& deadline) {
  auto answers = read(client, keys, deadline);
  if (!answers) return answers;
  std::vector<std::size_t> places;
  std::vector<std::string> unclear;
  for (std::size_t i = 0; i < answers->size(); ++i) {
    if (!ambiguous((*answers)[i])) continue;
    places.push_back(i);
    unclear.push_back(keys[i]);
  }
  if (unclear.empty()) return answers;
  auto second = read(client, unclear, deadline);
  if (!second) return second;
  for (std::size_t i = 0; i < places.size(); ++i) (*answers)[places[i]] = std::move((*second)[i]);
  return answers;
}

}  // namespace

Problem problem_from(const redis::Error& error) { return {reason_from(error.failure), error.what}; }

Problem problem_in(std::string_view command, const redis::Reply& reply) {
  if (const auto* refused = std::get_if<redis::ErrorReply>(&reply))
    return problem_from(redis::refusal(command, refused->text));
  if (const auto* lost = std::get_if<redis::Unanswered>(&reply)) return problem_from(lost->why);
  return {Reason::redis_error, fmt::format("{}: an answer of another type", command)};
}

std::vector<Answer> ask(redis::Client& client, std::span<const std::string> keys,
                        const redis::Deadline& deadline) {
  auto answers = read_settled(client, keys, deadline);
  if (answers) return std::move(*answers);
  return {keys.size(), Answer{.value = problem_from(answers.error())}};
}

}  // namespace probe
