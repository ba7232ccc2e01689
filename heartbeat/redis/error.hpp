#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "redis/endpoint.hpp"

namespace heartbeat::redis {

enum class Failure {
  dns,          ///< the host's name has no address
  unreachable,  ///< no connection, or it ended before the reply
  timeout,      ///< the deadline passed; the command may still have run
  tls,          ///< no secure connection
  auth,         ///< wrong or missing password
  denied,       ///< the user may not do this, or protected mode
  loading,      ///< Redis reads its data from disk
  redis_error,  ///< any other error reply, or a reply that is not RESP
};

struct Error {
  Failure failure = Failure::redis_error;
  std::string what{};  ///< a readable text without secrets
};

template <typename T>
using Result = tl::expected<T, Error>;
using Failed = tl::unexpected<Error>;

/// The failure that the first word of an error reply stands for. `reply` is the text after the '-'.
Failure classify(std::string_view reply) noexcept;

/// The error for an error reply: `GETRANGE: NOPERM this user has ...`, with advice, and shortened.
Error refusal(std::string_view command, std::string_view reply);

/// The error for a peer whose first bytes are not RESP. Its text says so if they are HTTP or TLS.
Error protocol_error(const std::string& where, std::string_view bytes);

/// Where a cluster node redirects a command
/// (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec).
struct Redirect {
  Host host;
  bool ask = false;  ///< this command only, after ASKING; false: from now on

  bool operator==(const Redirect&) const = default;
};

/// Reads `MOVED 3999 10.0.0.1:6381` and `ASK ...`. A host left out or '?' is that of `answerer`.
std::optional<Redirect> redirect_from(std::string_view error_reply, const Host& answerer);

/// Removes secrets from text, for every message: old versions of Redis repeat AUTH's arguments.
class Redactor {
 public:
  Redactor() = default;
  /// Removes the passwords of the endpoint, both plain and percent-encoded, and a user name
  /// without a password.
  explicit Redactor(const Endpoint& endpoint);

  void add(std::string_view secret);
  bool has_secrets() const noexcept { return !secrets_.empty(); }

  /// `text` with "***" in place of every secret. The longest secret is replaced first.
  std::string operator()(std::string text) const;

 private:
  std::vector<std::string> secrets_;  ///< from the longest to the shortest
};

}  // namespace heartbeat::redis
