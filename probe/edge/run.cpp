#include "edge/run.hpp"

#include <fmt/format.h>
#include <limits.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "core/quorum.hpp"
#include "core/roster.hpp"
#include "document/duration.hpp"
#include "document/text.hpp"
#include "edge/ask.hpp"
#include "edge/beside.hpp"
#include "edge/command_line.hpp"
#include "edge/destination.hpp"
#include "edge/effective.hpp"
#include "edge/file.hpp"
#include "edge/journal.hpp"
#include "edge/output.hpp"
#include "edge/roster.hpp"
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
// Services asked for in one round trip: hostile values of 64 KiB each still fit into memory.
constexpr std::size_t most_at_once = 256;

/// One run: the same options from beginning to end.
class Run {
 public:
  Run(const Options& options, std::chrono::steady_clock::time_point started)
      : options_{options},
        services_{options.services},
        rule_{options.rule},
        deadline_{.at = started + options.timeout, .limit = options.timeout},
        destination_{options.write},
        watchdog_{deadline_.at, destination_},
        journal_{started, [this](redis::Stage stage, const std::string& where) {
                   prepare(last_words(stage, where, options_.timeout),
                           stage == redis::Stage::lookup ? 0ms : grace_to_answer);
                 }} {
    if (options.all) services_ = {"*"};  // until the roster names them
    if (options.explain) explanation_.settings = *options.explain;
    if (!options.own) return;
    std::array<char, HOST_NAME_MAX + 1> host{};
    gethostname(host.data(), host.size() - 1);
    rule_.own_host = host.data();
  }

  std::vector<Verdict> verdicts(const redis::Environment& environment) {
    if (!options_.file.empty()) {
      // Before Redis, so that the last words of one that hangs are the file's.
      prepare({Reason::usage, too_slow(options_.file)});
      look_at_file(environment);
    }
    if (options_.file_alone) return by_file();
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
    if (options_.all)
      if (const auto problem = enlist(client)) return all(*problem);
    const auto all_keys = keys();
    std::vector<Verdict> verdicts;
    for (std::size_t at = 0; at < all_keys.size(); at += most_at_once)
      judge_some(ask(client, share_of(all_keys, at), deadline_), environment, verdicts);
    verdicts = with_the_missing(client, std::move(verdicts));
    if (options_.min_healthy == 0) return verdicts;
    return with_quorum(verdicts, options_.min_healthy, options_.tolerance);
  }

  int finish(const std::vector<Verdict>& verdicts) {
    auto status = exit_status_for(options_.format, verdicts, options_.tolerance);
    const auto output = printed(verdicts);
    auto aside = options_.format == Format::text ? "" : explanation();
    watchdog_.prepare({}, status, grace_to_print);
    if (const int why = delivered(output); why != 0) {
      aside += fmt::format("healthprobe: cannot write {}: {}\n", shown(options_.write),
                           std::strerror(why));
      status = exit_status_for(options_.format, {}, options_.tolerance);
    }
    write_once(STDERR_FILENO, aside);
    watchdog_.disarm();
    return status;
  }

 private:
  static std::span<const std::string> share_of(std::span<const std::string> keys, std::size_t at) {
    return keys.subspan(at, std::min(most_at_once, keys.size() - at));
  }

  /// The next services, in their order.
  void judge_some(std::span<const Answer> answers, const redis::Environment& environment,
                  std::vector<Verdict>& verdicts) {
    if (file_ && std::ranges::any_of(answers, [](const Answer& answer) {
          return std::holds_alternative<Problem>(answer.value);
        }))
      look_at_file(environment);  // it took some time
    for (const auto& answer : answers) {
      verdicts.push_back(judged(services_[verdicts.size()], answer));
      // Of a large fleet only the metrics show every document.
      if (options_.format != Format::prometheus && services_.size() > most_at_once)
        verdicts.back().document.reset();
    }
  }

  /// Whom the roster names, instead of nobody in particular; else why there is none.
  std::optional<Problem> enlist(redis::Client& client) {
    auto roster = read_roster(client, rule_.prefix, deadline_);
    if (!roster) return roster.error();
    if (roster->empty())
      return Problem{Reason::missing,
                     roster_key(rule_.prefix) + " names no service: no writer keeps it"};
    services_.clear();
    for (const auto& member : *roster) services_.push_back(member.name);
    roster_ = std::move(*roster);
    return std::nullopt;
  }

  /// What has no key may have replicas, which are judged in its place; of what is still
  /// missing, the roster says since when. Where it cannot be read, nothing is added.
  std::vector<Verdict> with_the_missing(redis::Client& client, std::vector<Verdict> verdicts) {
    const auto is_missing = [](const Verdict& verdict) {
      return verdict.reason == Reason::missing && verdict.file.empty();
    };
    if (std::ranges::none_of(verdicts, is_missing)) return verdicts;
    if (roster_.empty()) roster_ = read_roster(client, rule_.prefix, deadline_).value_or(roster_);
    std::vector<Verdict> all;
    for (auto& verdict : verdicts) {
      // Of a whole fleet they are judged already.
      const auto replicas = is_missing(verdict) && !options_.all
                                ? replicas_of(verdict.service, roster_)
                                : std::vector<Member>{};
      std::vector<std::string> keys;
      for (const auto& replica : replicas) keys.push_back(rule_.prefix + replica.name);
      const auto answers = keys.empty() ? std::vector<Answer>{} : ask(client, keys, deadline_);
      for (std::size_t i = 0; i < answers.size(); ++i)
        all.push_back(judge(replicas[i].name, answers[i], rule_));
      if (replicas.empty()) all.push_back(std::move(verdict));
    }
    for (auto& verdict : all)
      if (const auto last_beat = last_beat_of(verdict.service, roster_))
        verdict = last_seen(std::move(verdict), *last_beat, wall_now());
    return all;
  }

  static heartbeat::WallTime wall_now() {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
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
    for (const auto& service : services_) keys.push_back(options_.rule.prefix + service);
    return keys;
  }

  void explain(const redis::Endpoint& endpoint, const redis::Origins& origins) {
    if (!options_.explain) return;
    auto& settings = explanation_.settings;
    for (auto& setting : effective_endpoint(endpoint, origins))
      settings.push_back(std::move(setting));
    if (options_.all)
      settings.push_back({"key", roster_key(rule_.prefix), "prefix"});
    else
      for (const auto& key : keys()) settings.push_back({"key", key, "prefix and service"});
  }

  void look_at_file(const redis::Environment& environment) {
    journal_.begun("read " + options_.file);
    FileAnswer found;
    run_beside([&] { found = read_file(options_.file); });
    file_ = std::move(found);
    journal_.ended(outcome(*file_));
    file_time_ = file_time(environment);
  }

  /// Nobody is asked but the file, which also tells the service's name if nobody does.
  std::vector<Verdict> by_file() {
    if (options_.explain) explanation_.settings.push_back({"redis", "not asked", "--file"});
    const auto file = file_.value_or(FileAnswer{});
    if (services_.empty())
      if (auto service = service_in(file)) services_.push_back(std::move(*service));
    std::vector<Verdict> verdicts;
    for (const auto& service : services_)
      verdicts.push_back(judge(service, file, rule_, file_time_));
    if (!verdicts.empty()) return verdicts;
    const auto found = judge({}, file, rule_, file_time_);
    write_once(STDERR_FILENO,
               nameless(found.document ? options_.file + " names none" : found.text));
    return verdicts;
  }

  static std::string nameless(const std::string& why) {
    return mistake(heartbeat::printable(fmt::format("{}: {}", no_service, why))).text;
  }

  Verdict judged(const std::string& service, const Answer& answer) const {
    auto verdict = judge(service, answer, rule_);
    if (!file_) return verdict;
    return fall_back(std::move(verdict), judge(service, *file_, rule_, file_time_));
  }

  std::vector<Verdict> all(Problem problem) const {
    problem.what = redactor_(std::move(problem.what));
    std::vector<Verdict> verdicts;
    for (const auto& service : services_)
      verdicts.push_back(judged(service, Answer{.value = problem}));
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
    const auto output = services_.empty() ? nameless(problem.what) : printed(verdicts);
    watchdog_.prepare(output, exit_status_for(options_.format, verdicts, options_.tolerance),
                      grace);
  }

  const Options& options_;
  std::vector<std::string> services_;
  Rule rule_;
  std::vector<Member> roster_;  ///< as far as it was read
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
  return run.finish(run.verdicts(environment));
}

}  // namespace probe
