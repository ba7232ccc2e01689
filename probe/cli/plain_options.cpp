#include <algorithm>
#include <array>

#include "cli/options.hpp"
#include "cli/values.hpp"
#include "document/names.hpp"

namespace probe {

bool sets_option(const heartbeat::redis::Environment& environment) {
  constexpr std::array other_variables{"HEARTBEAT_FILE",          "HEARTBEAT_INSTANCE",
                                       "HEARTBEAT_TTL",           "HEALTHPROBE_ALL",
                                       "HEALTHPROBE_DEGRADED_OK", "HEALTHPROBE_EXPECT",
                                       "HEALTHPROBE_EXPLAIN",     "HEALTHPROBE_MAX_AGE",
                                       "HEALTHPROBE_MIN_HEALTHY", "HEALTHPROBE_ON_REDIS_ERROR",
                                       "HEALTHPROBE_OUTPUT",      "HEALTHPROBE_OWN",
                                       "HEALTHPROBE_QUIET",       "HEALTHPROBE_SCAN",
                                       "HEALTHPROBE_STARTING_OK", "HEALTHPROBE_TIMEOUT",
                                       "HEALTHPROBE_WATCH",       "HEALTHPROBE_WRITE"};
  return std::ranges::any_of(other_variables, [&](const char* variable) {
    return environment.variable(variable).has_value();
  });
}

std::optional<Options> plain_options(std::span<const char* const> arguments,
                                     const heartbeat::redis::Environment& environment) {
  if (sets_option(environment)) return std::nullopt;
  Options options;
  auto& services = options.selection.services;
  for (const auto* word : arguments.subspan(std::min<std::size_t>(1, arguments.size()))) {
    if (word[0] == '-' || !read_service(word)) return std::nullopt;
    if (std::ranges::find(services, word) == services.end()) services.emplace_back(word);
  }
  if (auto name = services.empty() ? environment.variable("HEARTBEAT_SERVICE") : std::nullopt)
    services.push_back(*std::move(name));
  auto prefix = read_prefix(
      environment.variable("HEARTBEAT_PREFIX").value_or(std::string{heartbeat::default_prefix}));
  if (!prefix || services.empty() || !read_service(services.front())) return std::nullopt;
  options.acceptance.prefix = *std::move(prefix);
  return options;
}

}  // namespace probe
