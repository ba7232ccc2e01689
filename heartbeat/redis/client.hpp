#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "redis/connection.hpp"
#include "redis/deadline.hpp"
#include "redis/endpoint.hpp"
#include "redis/failure.hpp"
#include "redis/observer.hpp"
#include "redis/redactor.hpp"
#include "redis/reply.hpp"

namespace heartbeat::redis {

/// Asks a Redis, wherever its endpoint says it is: one server, the master that
/// sentinels know, or the nodes of a cluster, whose redirections it follows.
/// Connects when needed and keeps its connections; what fails is thrown away, and
/// the next ask() looks names and masters up anew.
///
/// Bounded by the deadline, but for the resolver. Not thread-safe.
class Client {
 public:
  /// The observer, if any, must outlive the client.
  explicit Client(Endpoint endpoint, Observer* observer = nullptr);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Sends the commands, each of which has its key as the first argument: one
  /// round trip when no key has moved. Each answer is taken when it comes, with the
  /// number of its command, in any order; an Error concerns those that are left.
  using Take = std::function<void(std::size_t, Reply)>;
  tl::expected<void, Error> ask(std::span<const Command> commands, const Deadline& deadline,
                                const Take& take, bool greet_first = false);

  /// The same, all together, in the commands' order. An Error concerns them all. `greet_first`
  /// waits for AUTH and SELECT to be accepted before any command goes out on a
  /// new connection: were SELECT refused, a write right behind it would land in
  /// the wrong database.
  tl::expected<Replies, Error> ask(std::span<const Command> commands, const Deadline& deadline,
                                   bool greet_first = false);

  /// How many connections were made so far.
  std::uint64_t connects() const noexcept { return connects_; }

  /// Grows whenever a connection is made or a redirection followed. While it stands
  /// still, each key is asked for where it was asked for before.
  std::uint64_t turns() const noexcept { return turns_; }

 private:
  using Place = std::optional<Host>;  ///< none: wherever the endpoint says
  struct Question {
    std::size_t index;  ///< of the command
    bool asking = false;
  };
  struct Group {
    Place place;
    std::vector<Question> questions;
  };
  struct Node {
    Place place;
    Connection connection;
  };
  struct Round;

  tl::expected<Connection*, Error> connection_to(const Place& place, const Deadline& deadline,
                                                 bool greet_first);
  /// The questions that are left when it fails.
  struct Cut {
    std::span<const Question> left;
    Error why;
  };
  tl::expected<void, Cut> ask_at(const Place& place, std::span<const Question> questions,
                                 Round& round, const Deadline& deadline);
  tl::expected<void, Error> ask_all(Round& round);
  void sort_out(const Host& answerer, const Question& question, Reply reply, Round& round);

  Endpoint endpoint_;
  Redactor redactor_;
  Unobserved nobody_;
  Observer& observer_;
  std::vector<Node> nodes_;            ///< a few at most
  std::map<std::string, Host> moved_;  ///< keys that are not where the endpoint says
  std::uint64_t connects_ = 0;
  std::uint64_t turns_ = 0;
};

}  // namespace heartbeat::redis
