#include "redis/client.hpp"

#include <algorithm>
#include <utility>

#include "redis/reach.hpp"
#include "redis/redirect.hpp"

namespace heartbeat::redis {
namespace {

using Failed = tl::unexpected<Error>;

constexpr int most_redirects = 5;

std::string_view key_of(const Command& command) { return command.size() > 1 ? command[1] : ""; }

}  // namespace

/// One call of ask(): what is still open, and who takes the rest.
struct Client::Round {
  std::span<const Command> commands;
  const Deadline& deadline;
  const Take& take;
  bool greet_first;
  int redirects_left = most_redirects;
  std::vector<Group> open{};

  void ask_at(const Place& place, Question question) {
    auto group = std::ranges::find(open, place, &Group::place);
    if (group == open.end()) group = open.insert(group, {place, {}});
    group->questions.push_back(question);
  }
};

Client::Client(Endpoint endpoint, Observer* observer)
    : endpoint_{std::move(endpoint)},
      redactor_{endpoint_},
      observer_{observer != nullptr ? *observer : nobody_} {}

tl::expected<Connection*, Error> Client::connection_to(const Place& place, const Deadline& deadline,
                                                       bool greet_first) {
  if (const auto known = std::ranges::find(nodes_, place, &Node::place); known != nodes_.end())
    return &known->connection;
  auto line = place ? dial(std::span{&*place, 1}, endpoint_.tls, deadline, observer_)
                    : reach(endpoint_, redactor_, deadline, observer_);
  if (!line) return Failed{line.error()};
  const auto where = line->where;
  Connection connection{std::move(*line), endpoint_.login, endpoint_.database, redactor_};
  if (greet_first) {
    observer_.begun(Stage::login, where);
    const auto greeted = connection.ask({}, deadline);
    observer_.ended(greeted ? "accepted" : greeted.error().what);
    if (!greeted) return Failed{greeted.error()};
  }
  ++connects_;
  ++turns_;
  nodes_.push_back({place, std::move(connection)});
  return &nodes_.back().connection;
}

tl::expected<void, Client::Cut> Client::ask_at(const Place& place,
                                               std::span<const Question> questions, Round& round,
                                               const Deadline& deadline) {
  const auto connection = connection_to(place, deadline, round.greet_first);
  if (!connection) return tl::unexpected{Cut{questions, connection.error()}};
  // All there are, most often, and then in their order.
  auto commands = round.commands;
  std::vector<Command> some;
  if (questions.size() < commands.size() || std::ranges::any_of(questions, &Question::asking)) {
    for (const auto& question : questions) {
      if (question.asking) some.push_back({"ASKING"});
      some.push_back(round.commands[question.index]);
    }
    commands = some;
  }
  observer_.begun(place ? Stage::redirect : Stage::query,
                  place ? to_string(*place) : to_string(endpoint_));
  const auto answerer = (*connection)->host();
  auto left = questions;
  // Of ASKING only a refusal is of interest, for it is why the next one fails.
  bool asking = !left.empty() && left.front().asking;
  std::optional<ErrorReply> refused;
  const auto take = [&](Reply reply) {
    if (std::exchange(asking, false)) {
      if (auto* error = std::get_if<ErrorReply>(&reply)) refused = std::move(*error);
      return;
    }
    const auto question = left.front();
    left = left.subspan(1);
    asking = !left.empty() && left.front().asking;
    if (refused) reply = std::move(*std::exchange(refused, std::nullopt));
    sort_out(answerer, question, std::move(reply), round);
  };
  auto asked = (*connection)->ask(commands, deadline, take);
  observer_.ended(asked ? "answered" : asked.error().what);
  if (asked) return {};
  std::erase_if(nodes_, [&](const Node& node) { return node.place == place; });
  return tl::unexpected{Cut{left, std::move(asked.error())}};
}

void Client::sort_out(const Host& answerer, const Question& question, Reply reply, Round& round) {
  const auto* error = std::get_if<ErrorReply>(&reply);
  const auto redirect = error ? redirect_from(error->text, answerer) : std::nullopt;
  if (redirect) {
    ++turns_;
    if (!redirect->ask)
      moved_[std::string{key_of(round.commands[question.index])}] = redirect->host;
    if (round.redirects_left > 0)
      return round.ask_at(redirect->host, {question.index, redirect->ask});
  }
  round.take(question.index, std::move(reply));
}

/// Asks all that is open where it is expected; what is redirected is open again.
/// Each place gets its share of the time: a node that hangs is no reason not to
/// hear the others.
tl::expected<void, Error> Client::ask_all(Round& round) {
  const auto places = std::exchange(round.open, {});
  auto left = places.size();
  for (const auto& [place, questions] : places) {
    const auto asked = ask_at(place, questions, round, round.deadline.share(left--));
    if (asked) continue;
    if (!place) return Failed{asked.error().why};
    for (const auto& question : asked.error().left) {
      moved_.erase(std::string{key_of(round.commands[question.index])});
      round.take(question.index, Unanswered{asked.error().why});
    }
  }
  return {};
}

tl::expected<void, Error> Client::ask(std::span<const Command> commands, const Deadline& deadline,
                                      const Take& take, bool greet_first) {
  Round round{commands, deadline, take, greet_first};
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const auto known =
        moved_.empty() ? moved_.end() : moved_.find(std::string{key_of(commands[i])});
    round.ask_at(known == moved_.end() ? Place{} : Place{known->second}, {i});
  }
  for (; !round.open.empty(); --round.redirects_left)
    if (const auto asked = ask_all(round); !asked) return Failed{asked.error()};
  return {};
}

tl::expected<Replies, Error> Client::ask(std::span<const Command> commands,
                                         const Deadline& deadline, bool greet_first) {
  Replies replies(commands.size());
  const auto take = [&](std::size_t index, Reply reply) { replies[index] = std::move(reply); };
  const auto asked = ask(commands, deadline, take, greet_first);
  if (!asked) return Failed{asked.error()};
  return replies;
}

}  // namespace heartbeat::redis
