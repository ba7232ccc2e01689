#include "edge/ask.hpp"

#include <fmt/format.h>

#include "redis/connection.hpp"

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

Problem refusal(std::string_view command, const redis::ErrorReply& reply) {
  return {reason_from(redis::classify(reply.text)), fmt::format("{}: {}", command, reply.text)};
}

Answer answer_from(const redis::Reply& value, const redis::Reply& pttl) {
  Answer answer;
  if (const auto* text = std::get_if<std::string>(&value))
    answer.value = *text;
  else if (const auto* error = std::get_if<redis::ErrorReply>(&value))
    if (error->text.starts_with("WRONGTYPE"))
      answer.value = WrongType{};
    else
      answer.value = refusal("GETRANGE", *error);
  else
    answer.value = Problem{Reason::redis_error, "GETRANGE: no string in the reply"};

  if (std::holds_alternative<Problem>(answer.value)) return answer;
  if (const auto* left = std::get_if<std::int64_t>(&pttl))
    answer.pttl = *left;
  else if (const auto* error = std::get_if<redis::ErrorReply>(&pttl))
    answer.value = refusal("PTTL", *error);
  else
    answer.value = Problem{Reason::redis_error, "PTTL: no number in the reply"};
  return answer;
}

/// One round trip for all keys.
tl::expected<std::vector<Answer>, redis::Error> read(redis::Connection& connection,
                                                     std::span<const std::string> keys,
                                                     const redis::Deadline& deadline) {
  // GETRANGE's end is inclusive: one byte more than a document may have.
  static const auto last = std::to_string(heartbeat::max_document_bytes);
  std::vector<redis::Command> commands;
  for (const auto& key : keys) {
    commands.push_back({"GETRANGE", key, "0", last});
    commands.push_back({"PTTL", key});
  }
  const auto replies = connection.ask(commands, deadline);
  if (!replies) return tl::unexpected{replies.error()};
  std::vector<Answer> answers;
  for (std::size_t i = 0; i + 1 < replies->size(); i += 2)
    answers.push_back(answer_from((*replies)[i], (*replies)[i + 1]));
  return answers;
}

tl::expected<std::vector<Answer>, redis::Error> read_settled(
    const std::vector<redis::Address>& addresses, const redis::Endpoint& endpoint,
    std::span<const std::string> keys, const redis::Deadline& deadline) {
  auto socket = redis::connect(addresses, endpoint, deadline);
  if (!socket) return tl::unexpected{socket.error()};
  redis::Connection connection{std::move(*socket), endpoint};
  auto answers = read(connection, keys, deadline);
  if (!answers) return answers;

  std::vector<std::size_t> places;
  std::vector<std::string> unclear;
  for (std::size_t i = 0; i < answers->size(); ++i) {
    if (!ambiguous((*answers)[i])) continue;
    places.push_back(i);
    unclear.push_back(keys[i]);
  }
  if (unclear.empty()) return answers;
  auto second = read(connection, unclear, deadline);
  if (!second) return second;
  for (std::size_t i = 0; i < places.size(); ++i) (*answers)[places[i]] = std::move((*second)[i]);
  return answers;
}

}  // namespace

Problem problem_from(const redis::Error& error) { return {reason_from(error.failure), error.what}; }

std::vector<Answer> ask(const std::vector<redis::Address>& addresses,
                        const redis::Endpoint& endpoint, std::span<const std::string> keys,
                        const redis::Deadline& deadline) {
  auto answers = read_settled(addresses, endpoint, keys, deadline);
  if (!answers) return {keys.size(), Answer{.value = problem_from(answers.error())}};
  for (auto& answer : *answers)
    if (auto* problem = std::get_if<Problem>(&answer.value))
      problem->what = redis::redact(std::move(problem->what), endpoint.password);
  return std::move(*answers);
}

}  // namespace probe
