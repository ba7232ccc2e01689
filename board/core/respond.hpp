#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "board/core/reading.hpp"

/// From a request to its answer. Pure: no socket, no clock, no Redis.
namespace board {

struct Request {
  std::string_view method;
  std::string_view target;
  std::string_view accept;
};

struct Response {
  int status = 200;
  std::string content_type{};
  std::vector<std::pair<std::string_view, std::string>> headers{};
  std::string body{};  ///< of HEAD too; it is not sent then, but its length is
};

/// What has to be known before the request can be answered.
struct Wish {
  bool reading = false;   ///< of the listed services
  std::string service{};  ///< and of this one; may be empty
};

Wish wish_of(const Request& request);

Response respond(const Request& request, const Snapshot& snapshot, WallTime now);

/// The answer to a request that is none.
Response refusal(int status, std::string_view why);

}  // namespace board
