#include "edge/declarations.hpp"

#include <algorithm>
#include <array>

namespace probe {
namespace {

constexpr std::array table{
    Declaration{"-u,--redis", "--redis", "URL", "HEARTBEAT_REDIS_URL", "redis://127.0.0.1:6379",
                "redis://, rediss://, unix:// or redis-sentinel://; else\n$REDIS_URL, else "
                "redis://127.0.0.1:6379"},
    Declaration{"--file", "--file", "FILE", "HEARTBEAT_FILE", "none",
                "judged when Redis cannot be asked, or refuses; the\noption without any Redis "
                "given: instead of Redis"},
    Declaration{"--prefix", "--prefix", "TEXT", "HEARTBEAT_PREFIX",
                "health:", "of the keys; default health:"},
    Declaration{"-t,--timeout", "--timeout", "DURATION", "HEALTHPROBE_TIMEOUT", "2s",
                "one limit on the whole run, name lookup included;\ndefault 2s"},
    Declaration{"--max-age", "--max-age", "DURATION", "HEALTHPROBE_MAX_AGE",
                "3 x the document's interval, at most its TTL",
                "oldest beat accepted; default 3 x the document's\ninterval, at most its TTL"},
    Declaration{"--ttl", "--ttl", "DURATION", "HEARTBEAT_TTL", "the document's",
                "the TTL of writers whose documents have no ttl_ms\n"},
    Declaration{"--expect", "--expect", "'FIELD OP VALUE'", "HEALTHPROBE_EXPECT", "nothing",
                "a further demand, such as 'error_count < 5';\n"
                "may be repeated; in the variable separated by ;\n"},
    Declaration{"--all", "--all", nullptr, "HEALTHPROBE_ALL", "no",
                "every service that has ever beaten, instead of named\nones; those that vanished "
                "are missing"},
    Declaration{"--scan", "--scan", nullptr, "HEALTHPROBE_SCAN", "no",
                "--all, and every service that only has a key; looks at\nall keys of the database"},
    Declaration{"--instance", "--instance", "NAME", "HEARTBEAT_INSTANCE", "all",
                "one replica of the service; default: all there are.\nThe variable is for "
                "$HEARTBEAT_SERVICE alone"},
    Declaration{"--min-healthy", "--min-healthy", "N", "HEALTHPROBE_MIN_HEALTHY", "all",
                "so many replicas are enough; one line a service"},
    Declaration{"--own", "--own", nullptr, "HEALTHPROBE_OWN", "no",
                "the beat must come from this host"},
    Declaration{"--degraded-ok", "--degraded-ok", nullptr, "HEALTHPROBE_DEGRADED_OK", "no",
                "degraded passes"},
    Declaration{"--starting-ok", "--starting-ok", nullptr, "HEALTHPROBE_STARTING_OK", "no",
                "starting passes"},
    Declaration{"--on-redis-error", "--on-redis-error", "fail|pass", "HEALTHPROBE_ON_REDIS_ERROR",
                "fail", "when Redis cannot be asked, or refuses; default fail\n", "fail, pass"},
    Declaration{"-o,--output", "--output", "FORMAT", "HEALTHPROBE_OUTPUT", "text",
                "text, json, nagios or prometheus; default text", "text, json, nagios, prometheus"},
    Declaration{"--write", "--write", "FILE", "HEALTHPROBE_WRITE", "standard output",
                "replace FILE by the output, at once and as a whole,\nand print nothing"},
    Declaration{
        "--watch", "--watch", nullptr, "HEALTHPROBE_WATCH", "no",
        "a board that is kept up to date, until q or Ctrl-C;\nof all services where none is "
        "named. Where the output\nis no terminal, a log of what changes\n"},
    Declaration{"-q,--quiet", "--quiet", nullptr, "HEALTHPROBE_QUIET", "no", "print no verdict"},
    Declaration{
        "--forget", "--forget", "NAME", nullptr, "nobody",
        "judge nothing, but take a service, or a replica such as\nworker:1, off the roster; "
        "may be repeated"},
    Declaration{"--explain", "--explain", nullptr, "HEALTHPROBE_EXPLAIN", "no",
                "also print every setting with its source, and every\nstep with its time; with -o "
                "json on stderr"},
};

const Declaration* find(std::string_view option) noexcept {
  const auto* found = std::ranges::find(table, option, &Declaration::option);
  return found == table.end() ? nullptr : found;
}

}  // namespace

std::span<const Declaration> declarations() noexcept { return table; }

const Declaration* find_option(std::string_view name) noexcept {
  if (name.size() != 2) return find(name);
  const auto* found = std::ranges::find_if(table, [&](const auto& row) {
    return std::string_view{row.names}.starts_with(name) && row.names[2] == ',';
  });
  return found == table.end() ? nullptr : found;
}

const char* variable_of(std::string_view option) noexcept {
  const auto* found = find(option);
  return found == nullptr ? nullptr : found->variable;
}

}  // namespace probe
