#include "redis/sentinel.hpp"

#include <array>

#include "document/parse.hpp"
#include "redis/connect.hpp"
#include "redis/connection.hpp"
#include "redis/redactor.hpp"

namespace heartbeat::redis {
namespace {

using Failed = tl::unexpected<Error>;

/// `["10.0.0.1", "6379"]`
tl::expected<Host, Error> host_from(const Reply& reply, const std::string& master,
                                    const std::string& where) {
  if (const auto* refused = std::get_if<ErrorReply>(&reply))
    return Failed{refusal("SENTINEL at " + where, refused->text)};
  if (std::holds_alternative<Nil>(reply))
    return Failed{{Failure::redis_error, where + " knows no master '" + master + "'"}};
  const auto* words = std::get_if<Array>(&reply);
  if (words != nullptr && words->size() == 2 && !words->front().empty())
    if (const auto port = parse_integer<std::uint16_t>(words->back()))
      return Host{words->front(), *port};
  return Failed{{Failure::redis_error, where + " gave no address of '" + master + "'"}};
}

tl::expected<Host, Error> ask_one(const Host& sentinel, const Endpoint& endpoint,
                                  const Deadline& deadline, Observer& observer) {
  auto transport = connect(sentinel, endpoint.tls, deadline, observer);
  if (!transport) return Failed{transport.error()};
  const auto where = transport->where;
  observer.begun(Stage::sentinel, where);
  const auto sentinels = endpoint.sentinels.value_or(Sentinels{});
  Connection connection{std::move(*transport), sentinels.login, 0, Redactor{endpoint}};
  const auto& master = sentinels.master;
  const std::array commands{Command{"SENTINEL", "get-master-addr-by-name", master}};
  const auto replies = connection.ask(commands, deadline);
  auto host = replies ? host_from(replies->front(), master, where)
                      : tl::expected<Host, Error>{Failed{replies.error()}};
  observer.ended(host ? master + " is at " + to_string(*host) : host.error().what);
  return host;
}

}  // namespace

tl::expected<Host, Error> find_master(const Endpoint& endpoint, const Deadline& deadline,
                                      Observer& observer) {
  Error error{Failure::unreachable, "no sentinel is named"};
  const auto& sentinels = endpoint.hosts;
  std::string before;
  for (std::size_t i = 0; i < sentinels.size(); ++i) {
    const auto share = deadline.share(sentinels.size() - i + 1);
    auto master = ask_one(sentinels[i], endpoint, share, observer);
    if (master) return master;
    // A sentinel that answers says more than one that is down.
    const bool keeps = !before.empty() && master.error().failure == Failure::unreachable;
    if (!keeps) error.failure = master.error().failure;
    error.what = before + master.error().what;
    before = error.what + "; ";
  }
  error.what = "no sentinel knows the master: " + error.what;
  return Failed{error};
}

}  // namespace heartbeat::redis
