#include "redis/connect.hpp"

#include <algorithm>

#include "redis/resolve.hpp"
#include "redis/sentinel.hpp"
#include "redis/socket.hpp"
#include "redis/tls.hpp"

namespace heartbeat::redis {
namespace {

using Failed = tl::unexpected<Error>;

Failure failure_of(const ConnectError& error) {
  using enum ConnectError::Kind;
  return error.kind == timed_out || error.kind == cancelled ? Failure::timeout
                                                            : Failure::unreachable;
}

tl::expected<Descriptor, ConnectError> connect(const Address& address, const Deadline& deadline,
                                               Observer& observer) {
  observer.begun(Stage::connect, to_string(address));
  auto socket = connect(address, deadline);
  observer.ended(socket ? "connected" : socket.error().what);
  return socket;
}

/// One line for the errors of all addresses: `Connection refused` if they are the same,
/// else `10.0.0.1:6379 no connection within 1s; 10.0.0.2:6379 Connection refused`.
class Attempts {
 public:
  void add(const Address& address, const ConnectError& error) {
    // What this machine lacks is of interest only if there is no other error.
    const bool lacking = error.kind == ConnectError::Kind::lacking;
    if (lacking && !texts_.empty()) return;
    if (only_lacking_) texts_.clear();
    only_lacking_ = lacking;
    last_ = error;
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
    return {failure_of(last_), where + ": " + what};
  }

 private:
  bool only_lacking_ = false;
  ConnectError last_{};
  std::vector<std::pair<std::string, std::string>> texts_;
};

tl::expected<std::vector<Address>, Error> looked_up(const Host& host, Observer& observer) {
  if (is_numeric(host.name)) return resolve(host);
  observer.begun(Stage::lookup, host.name);
  auto addresses = resolve(host);
  std::string outcome;
  if (addresses)
    for (const auto& address : *addresses)
      (outcome += outcome.empty() ? "" : ", ") += to_string(address);
  observer.ended(addresses ? outcome : addresses.error().what);
  if (addresses && addresses->empty())
    return Failed{{Failure::dns, "'" + host.name + "' has no address"}};
  return addresses;
}

tl::expected<Transport, Error> secured(Descriptor socket, const Host& host, const Tls& tls,
                                       const Deadline& deadline, Observer& observer) {
  const auto where = to_string(host);
  observer.begun(Stage::tls, where);
  auto stream = secure(std::move(socket), tls, host.name, deadline);
  observer.ended(stream ? "secured" : stream.error().what);
  if (!stream) return Failed{{stream.error().failure, where + ": " + stream.error().what}};
  return Transport{std::move(*stream), host, where};
}

tl::expected<Transport, Error> connect_to_unix_socket(const std::string& path,
                                                      const Deadline& deadline,
                                                      Observer& observer) {
  const auto address = unix_address(path);
  if (!address) return Failed{address.error()};
  auto socket = connect(*address, deadline, observer);
  if (!socket) return Failed{{failure_of(socket.error()), path + ": " + socket.error().what}};
  return Transport{plain_stream(std::move(*socket)), {}, path};
}

}  // namespace

tl::expected<Transport, Error> connect(const Host& host, const std::optional<Tls>& tls,
                                       const Deadline& deadline, Observer& observer) {
  const auto addresses = looked_up(host, observer);
  if (!addresses) return Failed{addresses.error()};
  Attempts attempts;
  for (std::size_t i = 0; i < addresses->size(); ++i) {
    const auto share = deadline.share(addresses->size() - i);
    auto socket = connect((*addresses)[i], share, observer);
    if (socket && tls) return secured(std::move(*socket), host, *tls, deadline, observer);
    if (socket) return Transport{plain_stream(std::move(*socket)), host, to_string(host), true};
    attempts.add((*addresses)[i], socket.error());
    if (socket.error().kind == ConnectError::Kind::cancelled) break;
  }
  return Failed{attempts.summary(to_string(host))};
}

tl::expected<Transport, Error> connect(const Endpoint& endpoint, const Deadline& deadline,
                                       Observer& observer) {
  if (!endpoint.unix_path.empty())
    return connect_to_unix_socket(endpoint.unix_path, deadline, observer);
  if (endpoint.sentinels) {
    const auto master = find_master(endpoint, deadline, observer);
    if (!master) return Failed{master.error()};
    return connect(*master, endpoint.tls, deadline, observer);
  }
  const auto& hosts = endpoint.hosts;
  Error error{Failure::unreachable, "no host is named"};
  std::string before;
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    auto transport = connect(hosts[i], endpoint.tls, deadline.share(hosts.size() - i), observer);
    if (transport) return transport;
    error = {transport.error().failure, before + transport.error().what};
    before = error.what + "; ";
  }
  return Failed{error};
}

}  // namespace heartbeat::redis
