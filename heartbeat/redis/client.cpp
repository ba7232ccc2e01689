#include "redis/client.hpp"

#include <algorithm>
#include <utility>

#include "redis/reach.hpp"
#include "redis/redirect.hpp"

namespace heartbeat::redis {
namespace {

using Failed = tl::unexpected<Error>;

constexpr int most_redirects = 5;

Observer& nobody() {
  static Unobserved unobserved;
  return unobserved;
}

std::string_view key_of(const Command& command) { return command.size() > 1 ? command[1] : ""; }

}  // namespace

/// One call of ask(): what is still open, and what came of the rest.
struct Client::Round {
  std::span<const Command> commands;
  const Deadline& deadline;
  bool greet_first;
  Replies replies;
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
      observer_{observer != nullptr ? *observer : nobody()} {}

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

tl::expected<Replies, Error> Client::ask_at(const Place& place, std::span<const Question> questions,
                                            const Round& round, const Deadline& deadline) {
  const auto connection = connection_to(place, deadline, round.greet_first);
  if (!connection) return Failed{connection.error()};
  std::vector<Command> commands;
  for (const auto& question : questions) {
    if (question.asking) commands.push_back({"ASKING"});
    commands.push_back(round.commands[question.index]);
  }
  observer_.begun(place ? Stage::redirect : Stage::query,
                  place ? to_string(*place) : to_string(endpoint_));
  auto replies = (*connection)->ask(commands, deadline);
  observer_.ended(replies ? "answered" : replies.error().what);
  if (!replies) {
    std::erase_if(nodes_, [&](const Node& node) { return node.place == place; });
    return replies;
  }
  // Of ASKING only a refusal is of interest, for it is why the next one fails.
  Replies answers;
  for (std::size_t i = 0, at = 0; i < questions.size(); ++i) {
    if (questions[i].asking) {
      auto& leave = (*replies)[at++];
      if (const auto* refused = std::get_if<ErrorReply>(&leave)) {
        answers.emplace_back(ErrorReply{refused->text});
        ++at;
        continue;
      }
    }
    answers.push_back(std::move((*replies)[at++]));
  }
  return answers;
}

void Client::sort_out(const Place& place, std::span<const Question> questions, Replies replies,
                      Round& round) {
  const auto answerer = std::ranges::find(nodes_, place, &Node::place)->connection.host();
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const auto index = questions[i].index;
    std::string key{key_of(round.commands[index])};
    const auto* error = std::get_if<ErrorReply>(&replies[i]);
    const auto redirect = error ? redirect_from(error->text, answerer) : std::nullopt;
    if (redirect) {
      ++turns_;
      round.ask_at(redirect->host, {index, redirect->ask});
      if (!redirect->ask) moved_[std::move(key)] = redirect->host;
    }
    round.replies[index] = std::move(replies[i]);
  }
}

/// Asks all that is open where it is expected; what is redirected is open again.
/// Each place gets its share of the time: a node that hangs is no reason not to
/// hear the others.
tl::expected<void, Error> Client::ask_all(Round& round) {
  const auto places = std::exchange(round.open, {});
  auto left = places.size();
  for (const auto& [place, questions] : places) {
    auto replies = ask_at(place, questions, round, round.deadline.share(left--));
    if (replies) {
      sort_out(place, questions, std::move(*replies), round);
      continue;
    }
    if (!place) return Failed{replies.error()};
    for (const auto& question : questions) {
      moved_.erase(std::string{key_of(round.commands[question.index])});
      round.replies[question.index] = Unanswered{replies.error()};
    }
  }
  return {};
}

tl::expected<Replies, Error> Client::ask(std::span<const Command> commands,
                                         const Deadline& deadline, bool greet_first) {
  Round round{commands, deadline, greet_first, Replies(commands.size())};
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const auto known = moved_.find(std::string{key_of(commands[i])});
    round.ask_at(known == moved_.end() ? Place{} : Place{known->second}, {i});
  }
  for (int redirects = 0; !round.open.empty() && redirects <= most_redirects; ++redirects)
    if (const auto asked = ask_all(round); !asked) return Failed{asked.error()};
  return std::move(round.replies);
}

}  // namespace heartbeat::redis
