#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "redis/endpoint.hpp"

namespace heartbeat::redis {

/// Removes secrets from text. Every message about Redis passes through a redactor, because old
/// versions of Redis repeat the arguments of AUTH in error replies.
class Redactor {
 public:
  Redactor() = default;
  /// Removes the passwords of the endpoint, both plain and percent-encoded.
  explicit Redactor(const Endpoint& endpoint);

  void add(std::string_view secret);

  /// `text` with "***" in place of every secret. The longest secret is replaced first.
  std::string operator()(std::string text) const;

 private:
  std::vector<std::string> secrets_;  ///< from the longest to the shortest
};

}  // namespace heartbeat::redis
