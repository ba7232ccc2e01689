#include "edge/run.hpp"

#include <fmt/format.h>
#include <limits.h>
#include <unistd.h>

#include <array>

#include "document/duration.hpp"
#include "edge/ask.hpp"
#include "edge/output.hpp"
#include "edge/watchdog.hpp"

namespace probe {
namespace {

namespace redis = heartbeat::redis;
using namespace std::chrono_literals;

// The calls that mind the deadline themselves may be so late.
constexpr auto grace_to_answer = 20ms;
constexpr auto grace_to_print = 100ms;

/// One run: the same options from beginning to end.
class Run {
 public:
  Run(const Options& options, std::chrono::steady_clock::time_point started)
      : options_{options},
        deadline_{.at = started + options.timeout, .cancel = -1},
        watchdog_{deadline_.at} {}

  std::vector<Verdict> verdicts(const redis::Environment& environment) {
    const auto limit = heartbeat::format_duration(options_.timeout);
    prepare({Reason::usage, fmt::format("the settings could not be read within {}", limit)});
    const auto endpoint = redis::endpoint_from(environment, options_.redis_url);
    if (!endpoint)
      return all(
          {Reason::usage, (options_.redis_url.empty() ? "" : "--redis: ") + endpoint.error()});

    prepare({Reason::dns,
             fmt::format("no answer from the resolver within {} for '{}'", limit, endpoint->host)});
    const auto addresses = redis::resolve(*endpoint);
    if (!addresses) return all(problem_from(addresses.error()));

    prepare(
        {Reason::timeout, fmt::format("no answer from {} within {}", to_string(*endpoint), limit)},
        grace_to_answer);
    return judged(ask(*addresses, *endpoint, keys(), deadline_));
  }

  int finish(const std::vector<Verdict>& verdicts) {
    const auto status = exit_status(verdicts, options_.tolerance);
    const auto output = printed(verdicts);
    watchdog_.prepare({}, status, grace_to_print);
    write_once(STDOUT_FILENO, output);
    watchdog_.disarm();
    return status;
  }

 private:
  std::vector<std::string> keys() const {
    std::vector<std::string> keys;
    for (const auto& service : options_.services) keys.push_back(options_.rule.prefix + service);
    return keys;
  }

  std::vector<Verdict> judged(const std::vector<Answer>& answers) const {
    auto rule = options_.rule;
    if (options_.own) {
      std::array<char, HOST_NAME_MAX + 1> host{};
      gethostname(host.data(), host.size() - 1);
      rule.own_host = host.data();
    }
    std::vector<Verdict> verdicts;
    for (std::size_t i = 0; i < answers.size(); ++i)
      verdicts.push_back(judge(options_.services[i], answers[i], rule));
    return verdicts;
  }

  std::vector<Verdict> all(const Problem& problem) const {
    std::vector<Verdict> verdicts;
    for (const auto& service : options_.services)
      verdicts.push_back(judge(service, Answer{.value = problem}, options_.rule));
    return verdicts;
  }

  std::string printed(const std::vector<Verdict>& verdicts) const {
    return options_.quiet ? "" : render(verdicts, options_.format, options_.tolerance);
  }

  void prepare(const Problem& problem, std::chrono::milliseconds grace = {}) {
    const auto verdicts = all(problem);
    watchdog_.prepare(printed(verdicts), exit_status(verdicts, options_.tolerance), grace);
  }

  const Options& options_;
  redis::Deadline deadline_;
  Watchdog watchdog_;
};

}  // namespace

int run(const Options& options, const redis::Environment& environment,
        std::chrono::steady_clock::time_point started) {
  if (!options.quiet) write_once(STDERR_FILENO, options.warning);
  Run run{options, started};
  return run.finish(run.verdicts(environment));
}

}  // namespace probe
