#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "redis/endpoint.hpp"

namespace heartbeat::redis {

/// Takes secrets out of text. Every message about Redis passes one: an old Redis repeats the
/// arguments of AUTH in its error replies.
class Redactor {
 public:
  Redactor() = default;
  /// Knows the passwords of the endpoint, plain and as a URL spells them.
  explicit Redactor(const Endpoint& endpoint);

  void add(std::string_view secret);

  /// `text` with "***" in place of every secret. The longest secret is replaced first.
  std::string operator()(std::string text) const;

 private:
  std::vector<std::string> secrets_;  ///< from the longest to the shortest
};

}  // namespace heartbeat::redis
