#include "edge/run.hpp"

#include <fmt/format.h>
#include <limits.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "document/duration.hpp"
#include "edge/ask.hpp"
#include "edge/destination.hpp"
#include "edge/effective.hpp"
#include "edge/journal.hpp"
#include "edge/output.hpp"
#include "edge/watchdog.hpp"
#include "redis/client.hpp"
#include "redis/redactor.hpp"

namespace probe {
namespace {

namespace redis = heartbeat::redis;
using namespace std::chrono_literals;

// The calls that mind the deadline themselves may be so late.
constexpr auto grace_to_answer = 50ms;
constexpr auto grace_to_print = 100ms;

/// One run: the same options from beginning to end.
class Run {
 public:
  Run(const Options& options, std::chrono::steady_clock::time_point started)
      : options_{options},
        deadline_{.at = started + options.timeout, .limit = options.timeout},
        destination_{options.write},
        watchdog_{deadline_.at, destination_},
        journal_{started, [this](redis::Stage stage, const std::string& where) {
                   prepare(last_words(stage, where, options_.timeout),
                           stage == redis::Stage::lookup ? 0ms : grace_to_answer);
                 }} {
    if (options.explain) explanation_.settings = *options.explain;
  }

  std::vector<Verdict> verdicts(const redis::Environment& environment) {
    // A machine so busy says nothing about the settings.
    prepare(
        {Reason::timeout, fmt::format("nothing could be asked within {}: this machine is too busy",
                                      heartbeat::format_duration(options_.timeout))});
    redis::Origins origins{.url = "--redis"};
    if (options_.redis_url.empty()) origins.url = "default";
    auto endpoint = redis::endpoint_from(watched(environment), options_.redis_url, &origins);
    if (!endpoint)
      return all(
          {Reason::usage, (options_.redis_url.empty() ? "" : "--redis: ") + endpoint.error()});
    redactor_ = redis::Redactor{*endpoint};
    explain(*endpoint, origins);
    redis::Client client{std::move(*endpoint), &journal_};
    return judged(ask(client, keys(), deadline_));
  }

  int finish(const std::vector<Verdict>& verdicts) {
    auto status = exit_status_for(options_.format, verdicts, options_.tolerance);
    const auto output = printed(verdicts);
    auto aside = options_.format == Format::text ? "" : explanation();
    watchdog_.prepare({}, status, grace_to_print);
    if (!destination_.deliver(output)) {
      aside += fmt::format("healthprobe: cannot write {}: {}\n", shown(options_.write),
                           std::strerror(errno));
      status = exit_status_for(options_.format, {}, options_.tolerance);
    }
    write_once(STDERR_FILENO, aside);
    watchdog_.disarm();
    return status;
  }

 private:
  /// The same, but for a file on a mount that hangs.
  redis::Environment watched(const redis::Environment& environment) {
    return {.variable = environment.variable,
            .file = [this, &environment](const std::string& path) {
              prepare({Reason::usage, too_slow(path)});
              return environment.file(path);
            }};
  }

  std::string too_slow(const std::string& what) const {
    return fmt::format("{} could not be read within {}", what,
                       heartbeat::format_duration(options_.timeout));
  }

  std::vector<std::string> keys() const {
    std::vector<std::string> keys;
    for (const auto& service : options_.services) keys.push_back(options_.rule.prefix + service);
    return keys;
  }

  void explain(const redis::Endpoint& endpoint, const redis::Origins& origins) {
    if (!options_.explain) return;
    auto& settings = explanation_.settings;
    for (auto& setting : effective_endpoint(endpoint, origins))
      settings.push_back(std::move(setting));
    for (const auto& key : keys()) settings.push_back({"key", key, "prefix and service"});
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

  std::vector<Verdict> all(Problem problem) const {
    problem.what = redactor_(std::move(problem.what));
    std::vector<Verdict> verdicts;
    for (const auto& service : options_.services)
      verdicts.push_back(judge(service, Answer{.value = problem}, options_.rule));
    return verdicts;
  }

  /// The verdict comes first: who keeps only the beginning keeps that.
  std::string printed(const std::vector<Verdict>& verdicts) {
    std::string text;
    if (!options_.quiet || destination_.is_file())
      text = render(verdicts, options_.format, options_.tolerance);
    // Programs read the other formats, and nothing else.
    return options_.format == Format::text ? text + explanation() : text;
  }

  std::string explanation() {
    if (!options_.explain) return {};
    explanation_.steps = journal_.steps();
    return redactor_(render(explanation_));
  }

  void prepare(const Problem& problem, std::chrono::milliseconds grace = {}) {
    const auto verdicts = all(problem);
    watchdog_.prepare(printed(verdicts),
                      exit_status_for(options_.format, verdicts, options_.tolerance), grace);
  }

  const Options& options_;
  redis::Deadline deadline_;
  Destination destination_;
  Watchdog watchdog_;
  Journal journal_;
  redis::Redactor redactor_;
  Explanation explanation_;
};

}  // namespace

int run(const Options& options, const redis::Environment& environment,
        std::chrono::steady_clock::time_point started) {
  if (!options.quiet) write_once(STDERR_FILENO, options.warning);
  Run run{options, started};
  return run.finish(run.verdicts(environment));
}

}  // namespace probe
