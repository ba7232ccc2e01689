#include "board/edge/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace board {
namespace {

constexpr std::string_view help =
    R"(Answers by HTTP whether services are healthy, by what they keep in Redis.
Usage: healthboard [OPTIONS] [SERVICE]...

Without SERVICE and HEARTBEAT_SERVICE: every service on the roster <prefix>:services.

  --listen ADDRESS:PORT    default 127.0.0.1:8686 [$HEALTHBOARD_LISTEN]
  --max-connections N      default 1024 [$HEALTHBOARD_MAX_CONNECTIONS]
  -u,--redis URL, --prefix TEXT, -t,--timeout DURATION, --max-age DURATION,
  --ttl DURATION, --expect 'FIELD OP VALUE', --degraded-ok, --starting-ok,
  --on-redis-error fail|pass
                           as healthprobe has them, with the same variables
  -h,--help  --version

Paths: / /health /health/<service> /metrics /healthz
)";

probe::Stop mistake(std::string_view complaint) {
  return {1, fmt::format("healthboard: {}\n", complaint)};
}

template <typename T>
bool read_number(std::string_view text, T& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

std::optional<probe::Stop> set_listen(std::string_view text, Options& options) {
  const auto colon = text.rfind(':');
  const auto refused = [&] {
    return mistake(
        fmt::format("--listen '{}' is no address and port (accepted: 127.0.0.1:8686, "
                    "[::1]:8686, :8686)",
                    probe::shown(text)));
  };
  if (colon == text.npos || !read_number(text.substr(colon + 1), options.port)) return refused();
  auto host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  options.address = host.empty() ? "0.0.0.0" : std::string{host};
  return std::nullopt;
}

std::optional<probe::Stop> set_most(std::string_view text, Options& options) {
  if (read_number(text, options.max_connections) && options.max_connections >= 1 &&
      options.max_connections <= 100'000)
    return std::nullopt;
  return mistake(fmt::format("--max-connections '{}' is out of range (accepted: 1 to 100000)",
                             probe::shown(text)));
}

/// Without the variables that are about one run of healthprobe.
heartbeat::redis::Environment without_output(const heartbeat::redis::Environment& environment) {
  return {.variable = [variable =
                           environment.variable](const char* name) -> std::optional<std::string> {
            constexpr std::array<std::string_view, 11> hidden{
                "HEALTHPROBE_SCAN",        "HEARTBEAT_INSTANCE", "HEALTHPROBE_ALL",
                "HEALTHPROBE_MIN_HEALTHY", "HEARTBEAT_FILE",     "HEALTHPROBE_OWN",
                "HEALTHPROBE_OUTPUT",      "HEALTHPROBE_WRITE",  "HEALTHPROBE_QUIET",
                "HEALTHPROBE_EXPLAIN",     "HEALTHPROBE_WATCH"};
            if (std::ranges::find(hidden, name) != hidden.end()) return std::nullopt;
            return variable(name);
          },
          .file = environment.file};
}

}  // namespace

tl::expected<Options, probe::Stop> parse_options(std::span<const char* const> arguments,
                                                 const heartbeat::redis::Environment& environment) {
  Options options;
  std::string listen = environment.variable("HEALTHBOARD_LISTEN").value_or("");
  std::string most = environment.variable("HEALTHBOARD_MAX_CONNECTIONS").value_or("");
  std::vector<const char*> rest;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view word = arguments[i];
    if (word == "--help" || word == "-h")
      return tl::unexpected{probe::Stop{0, std::string{help}, false}};
    if (word == "--version")
      return tl::unexpected{probe::Stop{0, "healthboard " HEALTHPROBE_VERSION "\n", false}};
    bool taken = false;
    for (const auto& [name, target] : {std::pair{std::string_view{"--listen"}, &listen},
                                       std::pair{std::string_view{"--max-connections"}, &most}}) {
      if (word.starts_with(name) && word.size() > name.size() && word[name.size()] == '=') {
        *target = word.substr(name.size() + 1);
        taken = true;
      } else if (word == name) {
        if (++i == arguments.size())
          return tl::unexpected{mistake(fmt::format("option '{}' needs a value", name))};
        *target = arguments[i];
        taken = true;
      }
      if (taken) break;
    }
    if (!taken) rest.push_back(arguments[i]);
  }
  if (!listen.empty())
    if (auto stop = set_listen(listen, options)) return tl::unexpected{*stop};
  if (!most.empty())
    if (auto stop = set_most(most, options)) return tl::unexpected{*stop};

  auto parsed = probe::parse_options(rest, without_output(environment));
  if (!parsed && parsed.error().text.find(probe::no_service) != std::string::npos) {
    // Nobody is named: everybody is meant.
    options.whole_fleet = true;
    rest.push_back("--");
    rest.push_back("all");
    parsed = probe::parse_options(rest, without_output(environment));
    if (parsed) parsed->selection.services.clear();
  }
  if (!parsed) {
    auto stop = parsed.error();
    for (std::size_t at = 0; (at = stop.text.find("healthprobe", at)) != std::string::npos;)
      stop.text.replace(at, 11, "healthboard");
    return tl::unexpected{stop};
  }
  const auto& found = *parsed;
  if (!found.file.empty() || found.own || !found.write.empty() || found.quiet || found.explain ||
      found.watch || !found.forget.empty() || found.format != probe::Format::text)
    return tl::unexpected{
        mistake("--file, --own, --output, --write, --quiet, --explain, --forget and --watch are "
                "healthprobe's alone")};
  if (found.selection.all || found.selection.min_healthy != 0)
    return tl::unexpected{
        mistake("--all, --scan and --min-healthy are healthprobe's: without SERVICE "
                "every one is shown")};
  options.probe = std::move(*parsed);
  return options;
}

}  // namespace board
