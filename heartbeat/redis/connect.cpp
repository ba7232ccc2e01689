#include "redis/connect.hpp"

#include <algorithm>
#include <array>

#include "document/text.hpp"
#include "redis/connection.hpp"
#include "redis/resolve.hpp"
#include "redis/tls.hpp"

namespace heartbeat::redis {
namespace {

tl::expected<Descriptor, ConnectError> connect(const Address& address, const Deadline& deadline,
                                               ProgressListener& listener) {
  listener.begun(Stage::connect, to_string(address));
  auto socket = connect(address, deadline);
  listener.ended(socket ? "connected" : socket.error().what);
  return socket;
}

/// Joins the errors of all addresses: `Connection refused` if they are the same, else
/// `10.0.0.1:6379 no connection within 1s; 10.0.0.2:6379 Connection refused`.
class Attempts {
 public:
  void add(const Address& address, const ConnectError& error) {
    // A missing address family or route on this machine matters only if there is no other error.
    if (error.is_local && !texts_.empty()) return;
    if (only_local_) texts_.clear();
    only_local_ = error.is_local;
    failure_ = error.failure;
    texts_.emplace_back(to_string(address), error.what);
  }

  Error summary(const std::string& where) const {
    std::string what;
    const bool agree = std::ranges::all_of(
        texts_, [this](const auto& text) { return text.second == texts_.front().second; });
    for (const auto& [address, text] : texts_) {
      if (!what.empty()) what += "; ";
      if (!agree) (what += address) += ' ';
      what += text;
      if (agree) break;
    }
    return {failure_, where + ": " + what};
  }

 private:
  bool only_local_ = false;
  Failure failure_{};  ///< of the last address
  std::vector<std::pair<std::string, std::string>> texts_;
};

Result<std::vector<Address>> look_up(const Host& host, ProgressListener& listener) {
  if (is_numeric(host.name)) return resolve(host);
  listener.begun(Stage::lookup, host.name);
  auto addresses = resolve(host);
  std::string outcome;
  if (addresses)
    for (const auto& address : *addresses)
      (outcome += outcome.empty() ? "" : ", ") += to_string(address);
  listener.ended(addresses ? outcome : addresses.error().what);
  if (addresses && addresses->empty())
    return Failed{{Failure::dns, "'" + host.name + "' has no address"}};
  return addresses;
}

Result<Transport> add_tls(Descriptor socket, const Host& host, const Tls& tls,
                          const Deadline& deadline, ProgressListener& listener) {
  const auto where = to_string(host);
  listener.begun(Stage::tls, where);
  auto stream = secure(std::move(socket), tls, host.name, deadline);
  listener.ended(stream ? "secured" : stream.error().what);
  if (!stream) return Failed{{stream.error().failure, where + ": " + stream.error().what}};
  return Transport{std::move(*stream), host, where};
}

Result<Transport> connect_to_unix_socket(const std::string& path, const Deadline& deadline,
                                         ProgressListener& listener) {
  const auto address = unix_address(path);
  if (!address) return Failed{address.error()};
  auto socket = connect(*address, deadline, listener);
  if (!socket) return Failed{{socket.error().failure, path + ": " + socket.error().what}};
  return Transport{plain_stream(std::move(*socket)), {}, path};
}

/// `["10.0.0.1", "6379"]`
Result<Host> host_from(const Reply& reply, const std::string& master, const std::string& where) {
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

Result<Host> ask_sentinel(const Host& sentinel, const Endpoint& endpoint, const Deadline& deadline,
                          ProgressListener& listener) {
  auto transport = connect(sentinel, endpoint.tls, deadline, listener);
  if (!transport) return Failed{transport.error()};
  const auto where = transport->where;
  listener.begun(Stage::sentinel, where);
  const auto sentinels = endpoint.sentinels.value_or(Sentinels{});
  Connection connection{std::move(*transport), sentinels.login, 0, Redactor{endpoint}};
  const auto& master = sentinels.master;
  const std::array commands{Command{"SENTINEL", "get-master-addr-by-name", master}};
  const auto replies = connection.ask(commands, deadline);
  auto host =
      replies ? host_from(replies->front(), master, where) : Result<Host>{Failed{replies.error()}};
  listener.ended(host ? master + " is at " + to_string(*host) : host.error().what);
  return host;
}

/// Calls `attempt` with each host until it succeeds. Each gets an equal share of the time, and
/// `spare` shares remain. The error joins those of all hosts.
template <typename Attempt>
auto first_success(const std::vector<Host>& hosts, const Deadline& deadline, std::size_t spare,
                   const Attempt& attempt) -> decltype(attempt(hosts[0], deadline)) {
  Error error{Failure::unreachable, "no host is named"};
  std::string before;
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    auto result = attempt(hosts[i], deadline.share(hosts.size() - i + spare));
    if (result) return result;
    // The failure of a sentinel that answers tells more than `unreachable`.
    const bool keep_failure = spare > 0 && i > 0 && result.error().failure == Failure::unreachable;
    if (!keep_failure) error.failure = result.error().failure;
    error.what = before + result.error().what;
    before = error.what + "; ";
  }
  return Failed{error};
}

/// Asks the sentinels in order. Leaves a share of the time for connecting to the master.
Result<Host> find_master(const Endpoint& endpoint, const Deadline& deadline,
                         ProgressListener& listener) {
  const auto ask = [&](const Host& sentinel, const Deadline& share) {
    return ask_sentinel(sentinel, endpoint, share, listener);
  };
  return first_success(endpoint.hosts, deadline, 1, ask).map_error([](const Error& error) {
    return Error{error.failure, "no sentinel knows the master: " + error.what};
  });
}

}  // namespace

Result<Transport> connect(const Host& host, const std::optional<Tls>& tls, const Deadline& deadline,
                          ProgressListener& listener) {
  const auto addresses = look_up(host, listener);
  if (!addresses) return Failed{addresses.error()};
  Attempts attempts;
  for (std::size_t i = 0; i < addresses->size(); ++i) {
    const auto share = deadline.share(addresses->size() - i);
    auto socket = connect((*addresses)[i], share, listener);
    if (socket && tls) return add_tls(std::move(*socket), host, *tls, deadline, listener);
    if (socket) return Transport{plain_stream(std::move(*socket)), host, to_string(host), true};
    attempts.add((*addresses)[i], socket.error());
  }
  return Failed{attempts.summary(to_string(host))};
}

Result<Transport> connect(const Endpoint& endpoint, const Deadline& deadline,
                          ProgressListener& listener) {
  if (!endpoint.unix_path.empty())
    return connect_to_unix_socket(endpoint.unix_path, deadline, listener);
  if (endpoint.sentinels)
    return find_master(endpoint, deadline, listener).and_then([&](const Host& master) {
      return connect(master, endpoint.tls, deadline, listener);
    });
  return first_success(endpoint.hosts, deadline, 0, [&](const Host& host, const Deadline& share) {
    return connect(host, endpoint.tls, share, listener);
  });
}

}  // namespace heartbeat::redis
