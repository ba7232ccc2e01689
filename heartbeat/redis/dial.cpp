#include "redis/dial.hpp"

#include <algorithm>

#include "redis/resolver.hpp"
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

/// Connects, and tells the observer.
tl::expected<Socket, ConnectError> try_address(const Address& address, const Deadline& deadline,
                                               Observer& observer) {
  observer.begun(Stage::connect, to_string(address));
  auto socket = connect(address, deadline);
  observer.ended(socket ? "connected" : socket.error().what);
  return socket;
}

/// One line for what became of all addresses: `Connection refused` when they
/// agree, else `10.0.0.1:6379 no connection within 1s; 10.0.0.2:6379 Connection refused`.
class Attempts {
 public:
  void add(const Address& address, const ConnectError& error) {
    // This machine's own lack is news only when there is nothing else to say.
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

tl::expected<Line, Error> secured(Socket socket, const Host& host, const Tls& tls,
                                  const Deadline& deadline, Observer& observer) {
  const auto where = to_string(host);
  observer.begun(Stage::tls, where);
  auto stream = secure(std::move(socket), tls, host.name, deadline);
  observer.ended(stream ? "secured" : stream.error().what);
  if (!stream) return Failed{{stream.error().failure, where + ": " + stream.error().what}};
  return Line{std::move(*stream), host, where};
}

tl::expected<Line, Error> dial_one(const Host& host, const std::optional<Tls>& tls,
                                   const Deadline& deadline, Observer& observer) {
  const auto addresses = looked_up(host, observer);
  if (!addresses) return Failed{addresses.error()};
  Attempts attempts;
  for (std::size_t i = 0; i < addresses->size(); ++i) {
    const auto share = deadline.share(addresses->size() - i);
    auto socket = try_address((*addresses)[i], share, observer);
    if (socket && tls) return secured(std::move(*socket), host, *tls, deadline, observer);
    if (socket) return Line{plain_stream(std::move(*socket)), host, to_string(host), true};
    attempts.add((*addresses)[i], socket.error());
    if (socket.error().kind == ConnectError::Kind::cancelled) break;
  }
  return Failed{attempts.summary(to_string(host))};
}

}  // namespace

tl::expected<Line, Error> dial(std::span<const Host> hosts, const std::optional<Tls>& tls,
                               const Deadline& deadline, Observer& observer) {
  Error error{Failure::unreachable, "no host is named"};
  std::string before;
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    auto line = dial_one(hosts[i], tls, deadline.share(hosts.size() - i), observer);
    if (line) return line;
    error = std::move(line.error());
    error.what = before + error.what;
    before = error.what + "; ";
  }
  return Failed{error};
}

tl::expected<Line, Error> dial_unix(const std::string& path, const Deadline& deadline,
                                    Observer& observer) {
  const auto address = unix_address(path);
  if (!address) return Failed{address.error()};
  auto socket = try_address(*address, deadline, observer);
  if (!socket) return Failed{{failure_of(socket.error()), path + ": " + socket.error().what}};
  return Line{plain_stream(std::move(*socket)), {}, path};
}

}  // namespace heartbeat::redis
