#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "demand.hpp"
#include "redis/error.hpp"
#include "redis/url.hpp"

using namespace heartbeat::redis;

/// A URL is an endpoint that can be used, or one line of complaint.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  if (const auto endpoint = parse_url(text)) {
    demand(!endpoint->unix_path.empty() || !endpoint->hosts.empty());
    for (const auto& host : endpoint->hosts) demand(host.port != 0);
    if (endpoint->sentinels) demand(!endpoint->sentinels->master.empty());
    demand(!to_string(*endpoint).empty());
  } else {
    demand(!endpoint.error().empty());
    demand(std::ranges::none_of(endpoint.error(), [](char c) { return c == '\n' || c == '\r'; }));
  }
  if (const auto redirect = redirect_from(text, {"answerer", 1})) {
    demand(!redirect->host.name.empty());
    demand(redirect->host.port != 0);
  }
  return 0;
}
