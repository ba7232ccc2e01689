#include "edge/run.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/quorum.hpp"
#include "document/duration.hpp"
#include "document/names.hpp"
#include "document/text.hpp"
#include "edge/beside.hpp"
#include "edge/command_line.hpp"
#include "edge/destination.hpp"
#include "edge/effective.hpp"
#include "edge/file.hpp"
#include "edge/journal.hpp"
#include "edge/output.hpp"
#include "edge/roster.hpp"
#include "edge/survey.hpp"
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
        services_{options.selection.services},
        acceptance_{options.acceptance},
        deadline_{.at = started + options.timeout, .limit = options.timeout},
        destination_{options.write},
        watchdog_{deadline_.at, destination_},
        journal_{started, [this](redis::Stage stage, const std::string& where) {
                   prepare(last_words(stage, where, options_.timeout),
                           stage == redis::Stage::lookup ? 0ms : grace_to_answer);
                 }} {
    if (options.selection.all) services_ = {everybody};
    if (options.explain) explanation_.settings = *options.explain;
  }

  Findings findings(const redis::Environment& environment) {
    if (!options_.file.empty()) {
      // Before Redis, so that the last words of one that hangs are the file's.
      prepare({Reason::usage, too_slow(options_.file)});
      look_at_file();
    }
    if (options_.file_alone) return {by_file()};
    // A machine so busy says nothing about the settings.
    prepare(
        {Reason::timeout, fmt::format("nothing could be asked within {}: this machine is too busy",
                                      heartbeat::format_duration(options_.timeout))});
    redis::Origins origins{.url = "--redis"};
    if (options_.redis_url.empty()) origins.url = "default";
    auto endpoint = redis::endpoint_from(watched(environment), options_.redis_url, &origins);
    if (!endpoint)
      return {
          all({Reason::usage, (options_.redis_url.empty() ? "" : "--redis: ") + endpoint.error()})};
    redactor_ = redis::Redactor{*endpoint};
    explain(*endpoint, origins);
    redis::Client client{std::move(*endpoint), &journal_};
    auto found = survey(client, options_, acceptance_, deadline_);
    found.verdicts = with_file(std::move(found.verdicts));
    if (options_.selection.min_healthy > 0)
      found.verdicts =
          with_quorum(found.verdicts, options_.selection.min_healthy, options_.exit_policy);
    return found;
  }

  int finish(const Findings& found) {
    auto status =
        exit_status_for(options_.format, found.verdicts, options_.exit_policy, found.more_healthy);
    const auto output = printed(found);
    auto aside = options_.format == Format::text ? "" : explanation();
    watchdog_.prepare({}, status, grace_to_print);
    if (const int why = delivered(output); why != 0) {
      aside += fmt::format("healthprobe: cannot write {}: {}\n", shown(options_.write),
                           std::strerror(why));
      status = exit_status_for(options_.format, {}, options_.exit_policy);
    }
    write_once(STDERR_FILENO, aside);
    watchdog_.disarm();
    return status;
  }

 private:
  /// Redis decides; where it could not be asked, the file, if there is one.
  std::vector<Verdict> with_file(std::vector<Verdict> verdicts) {
    const auto in_trouble = [](const Verdict& verdict) { return is_redis_trouble(verdict.reason); };
    if (!file_ || std::ranges::none_of(verdicts, in_trouble)) return verdicts;
    look_at_file();  // it took some time
    for (auto& verdict : verdicts) verdict = or_by_file(std::move(verdict));
    return verdicts;
  }

  /// 0, or the errno of what went wrong.
  int delivered(const std::string& output) const {
    int why = 0;
    const auto deliver = [&] { why = destination_.deliver(output) ? 0 : errno; };
    if (destination_.is_file())
      run_beside(deliver);
    else
      deliver();
    return why;
  }

  /// The same, but for a file on a mount that hangs.
  redis::Environment watched(const redis::Environment& environment) {
    return {.variable = environment.variable,
            .file = [this, &environment](const std::string& path) {
              prepare({Reason::usage, too_slow(path)});
              tl::expected<std::string, std::string> text;
              run_beside([&] { text = environment.file(path); });
              return text;
            }};
  }

  std::string too_slow(const std::string& what) const {
    return fmt::format("{} could not be read within {}", what,
                       heartbeat::format_duration(options_.timeout));
  }

  std::vector<std::string> keys() const {
    std::vector<std::string> keys;
    for (const auto& service : services_)
      keys.push_back(heartbeat::document_key(options_.acceptance.prefix, service));
    return keys;
  }

  void explain(const redis::Endpoint& endpoint, const redis::Origins& origins) {
    if (!options_.explain) return;
    auto& settings = explanation_.settings;
    for (auto& setting : effective_endpoint(endpoint, origins))
      settings.push_back(std::move(setting));
    if (options_.selection.all)
      settings.push_back({"key", heartbeat::roster_key(acceptance_.prefix), "prefix"});
    else
      for (const auto& key : keys()) settings.push_back({"key", key, "prefix and service"});
  }

  void look_at_file() {
    journal_.begun("read " + options_.file);
    FileAnswer found;
    run_beside([&] { found = read_file(options_.file); });
    file_ = std::move(found);
    journal_.ended(outcome(*file_));
    file_time_ = file_time();
  }

  /// Nobody is asked but the file, which also tells the service's name if nobody does.
  std::vector<Verdict> by_file() {
    if (options_.explain) explanation_.settings.push_back({"redis", "not asked", "--file"});
    const auto file = file_.value_or(FileAnswer{});
    if (services_.empty())
      if (auto service = service_in(file)) services_.push_back(std::move(*service));
    std::vector<Verdict> verdicts;
    for (const auto& service : services_)
      verdicts.push_back(judge(service, file, acceptance_, file_time_));
    if (!verdicts.empty()) return verdicts;
    const auto found = judge({}, file, acceptance_, file_time_);
    write_once(STDERR_FILENO,
               nameless(found.document ? options_.file + " names none" : found.text));
    return verdicts;
  }

  static std::string nameless(const std::string& why) {
    return mistake(heartbeat::printable(fmt::format("{}: {}", no_service, why))).text;
  }

  Verdict or_by_file(Verdict by_redis) const {
    if (!file_) return by_redis;
    auto by_file = judge(by_redis.service, *file_, acceptance_, file_time_);
    return fall_back(std::move(by_redis), std::move(by_file));
  }

  std::vector<Verdict> all(Problem problem) const {
    problem.what = redactor_(std::move(problem.what));
    std::vector<Verdict> verdicts;
    for (const auto& service : services_)
      verdicts.push_back(or_by_file(judge(service, Answer{.value = problem}, acceptance_)));
    return verdicts;
  }

  /// The verdict comes first: who keeps only the beginning keeps that.
  std::string printed(const Findings& found) {
    std::string text;
    if (!options_.quiet || destination_.is_file())
      text = render(found.verdicts, options_.format, options_.exit_policy, found.more_healthy);
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
    const auto output = services_.empty() ? nameless(problem.what) : printed({verdicts});
    watchdog_.prepare(output, exit_status_for(options_.format, verdicts, options_.exit_policy),
                      grace);
  }

  const Options& options_;
  std::vector<std::string> services_;
  const AcceptancePolicy& acceptance_;
  std::optional<FileAnswer> file_;
  FileTime file_time_{};
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
  return run.finish(run.findings(environment));
}

}  // namespace probe
