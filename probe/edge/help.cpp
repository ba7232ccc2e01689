#include "edge/help.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "edge/declarations.hpp"
#include "redis/tls.hpp"

namespace probe {
namespace {

constexpr std::size_t column = 34;  // where explanations begin

constexpr std::string_view head =
    R"(Says whether a service is healthy, by the document that it keeps in Redis.
Usage: healthprobe [OPTION]... [SERVICE]...

)";

constexpr std::string_view foot = R"(
Exit status: 0 healthy (or let pass by an option), 1 everything else; -o nagios: 0 to 3.
Durations: 500ms, 3s, 2m, 1h; a bare number is seconds. Variables of flags: 1 or 0.
Secrets belong into variables or files, not into arguments: HEARTBEAT_REDIS_URL[_FILE],
REDIS_URL[_FILE], REDIS_USERNAME, REDIS_PASSWORD[_FILE], REDISCLI_AUTH;
REDIS_SENTINEL_USERNAME, REDIS_SENTINEL_PASSWORD[_FILE]; SSL_CERT_FILE, SSL_CERT_DIR.
)";

/// What is explained, and beside it the explanation, line by line.
std::string entry(std::string_view what, std::string_view explanation) {
  auto text = fmt::format("  {} ", what);
  for (std::size_t begin = 0; begin < explanation.size();) {
    const auto end = std::min(explanation.find('\n', begin), explanation.size());
    const auto used = text.size() - (text.rfind('\n') + 1);
    text.append(used < column ? column - used : 0, ' ');
    text.append(explanation.substr(begin, end - begin)) += '\n';
    begin = end + 1;
  }
  return text;
}

std::string entry(const Declaration& declaration) {
  std::string explanation{declaration.help};
  if (declaration.variable != nullptr)
    explanation +=
        fmt::format("{}[${}]", explanation.ends_with('\n') ? "" : " ", declaration.variable);
  return entry(fmt::format("{}{}{}", declaration.names, declaration.value == nullptr ? "" : " ",
                           declaration.value == nullptr ? "" : declaration.value),
               explanation);
}

}  // namespace

std::string help() {
  std::string text{head};
  text += entry("SERVICE", "names of services; else $HEARTBEAT_SERVICE") + "\n";
  for (const auto& declaration : declarations()) text += entry(declaration);
  text += entry("-h,--help", "print this") + entry("--version", "print the version");
  return text.append(foot).append(heartbeat::redis::has_tls() ? "This build speaks TLS.\n"
                                                              : "This build speaks no TLS.\n");
}

}  // namespace probe
