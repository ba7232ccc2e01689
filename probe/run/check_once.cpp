#include "run/run.hpp"

#include <unistd.h>

#include <cstring>
#include <utility>

#include "cli/options.hpp"
#include "core/fleet_report.hpp"
#include "document/names.hpp"
#include "document/text.hpp"
#include "document/time.hpp"
#include "fetch/expected.hpp"
#include "fetch/fleet.hpp"
#include "fetch/read_file.hpp"
#include "fetch/redis_source.hpp"
#include "host/host.hpp"
#include "process/process.hpp"
#include "redis/client.hpp"
#include "redis/error.hpp"
#include "render/checks.hpp"
#include "render/render.hpp"
#include "run/trace.hpp"
#include "run/watchdog.hpp"

namespace probe {
namespace {

using std::chrono::milliseconds;

// After the deadline: for calls that have the same deadline and report first, and for printing.
constexpr milliseconds grace_to_answer{50};
constexpr milliseconds grace_to_print{100};

/// The text format needs no document; JSON needs them if it has a line for each service.
std::size_t max_with_documents(const Options& options) {
  if (options.explain || options.checks) return SIZE_MAX;
  if (options.format == Format::text) return 0;
  return options.format == Format::json ? max_listed : SIZE_MAX;
}

/// A container's health check does not: its user may not have the right to read them.
bool shows_silences(const Options& options) {
  return options.format == Format::prometheus || options.checks ||
         (options.format == Format::json && options.selection.all);
}

std::string too_slow(const std::string& path, milliseconds limit) {
  return path + " could not be read within " + heartbeat::format_duration(limit);
}

/// One run of healthprobe without --watch and --forget.
class SingleCheck {
 public:
  SingleCheck(const Options& options, std::chrono::steady_clock::time_point started)
      : options_{options},
        deadline_{.at = started + options.timeout, .limit = options.timeout},
        destination_{options.write},
        watchdog_{deadline_.at, destination_},
        trace_{started,
               [this](redis::Stage stage, const std::string& where) {
                 if (stage == redis::Stage::lookup) use_builtin_name_services();
                 // Nothing hangs before the first stage: nothing is prepared for it.
                 if (!std::exchange(asks_, true) && Trace::Steady::now() >= deadline_.at)
                   return report_on_timeout(too_busy());
                 report_on_timeout(
                     deadline_passed(stage, where, options_.timeout),
                     stage == redis::Stage::lookup ? milliseconds{0} : grace_to_answer);
               },
               options.explain.has_value()},
        query_{options.query()} {
    query_.now = heartbeat::wall_now();
    query_.max_with_documents = max_with_documents(options);
    query_.with_silences = shows_silences(options);
    if (options.explain) explanation_.settings = *options.explain;
  }

  int run(const redis::Environment& environment) {
    if (!options_.file.empty()) read_file(environment);
    const auto report = options_.file_alone ? report_from_file(query_) : read_redis(environment);
    if (options_.explain) explain_own(report);
    const auto output = output_of(report);
    auto status = exit_status_for(options_.format, report.verdicts, options_.exit_policy);
    const auto failed = exit_status_for(options_.format, {}, options_.exit_policy);
    // At the deadline, a file is not written, or a long text not complete.
    const bool may_be_partial = destination_.is_file() || output.size() > max_output;
    watchdog_.prepare({}, may_be_partial ? failed : status, grace_to_print);
    auto messages = report.verdicts.empty() ? no_service_message(report) : std::string{};
    if (options_.format != Format::text) messages += explanation_text();
    if (const int why = deliver(output); why != 0) {
      const auto target =
          destination_.is_file() ? heartbeat::printable(options_.write) : "the whole output";
      messages += "healthprobe: cannot write " + target + ": " + std::strerror(why) + "\n";
      status = failed;
    }
    write_once(STDERR_FILENO, messages);
    watchdog_.disarm();
    return status;
  }

 private:
  /// Called before Redis is asked: if Redis hangs, the watchdog prints the verdict by the file.
  void read_file(const redis::Environment& environment) {
    report_on_timeout({Reason::usage, too_slow(options_.file, options_.timeout)});
    trace_.begun("read " + options_.file);
    FileReading reading;
    run_in_thread([&] { reading = probe::read_file(options_.file); });
    trace_.ended(outcome(reading));
    query_.file = std::move(reading);
    if (options_.file_alone && options_.explain)
      explanation_.settings.push_back(
          {"redis", "not asked",
           redis::source_of_none(environment, options_.redis_url) ? "none" : "--file"});
  }

  FleetReport read_redis(const redis::Environment& environment) {
    if (query_.file) report_on_timeout(too_busy());
    redis::Origins origins{.url = options_.redis_url.empty() ? "default" : "--redis"};
    auto endpoint = configured_endpoint(with_watched_files(environment), options_.redis_url,
                                        options_.explain ? &origins : nullptr);
    if (!endpoint) return report_without_redis(query_, endpoint.error());
    redactor_ = redis::Redactor{*endpoint};
    if (options_.explain) explain(*endpoint, origins);
    redis::Client client{std::move(*endpoint), &trace_};
    RedisSource source{client, options_.acceptance.prefix, deadline_};
    if (const auto read = read_expected(query_.selection, with_watched_files(environment)); !read)
      return report_without_redis(query_, read.error());
    return read_fleet(source, query_);
  }

  /// The same environment, whose files are read under the watchdog: a mount may hang.
  redis::Environment with_watched_files(const redis::Environment& environment) {
    return {.variable = environment.variable,
            .file = [this, &environment](const std::string& path) {
              report_on_timeout({Reason::usage, too_slow(path, options_.timeout)});
              tl::expected<std::string, std::string> text;
              run_in_thread([&] { text = environment.file(path); });
              return text;
            }};
  }

  void explain(const redis::Endpoint& endpoint, const redis::Origins& origins) {
    auto& settings = explanation_.settings;
    for (auto& setting : effective_endpoint(endpoint, origins))
      settings.push_back(std::move(setting));
    const auto& prefix = options_.acceptance.prefix;
    if (options_.selection.all)
      settings.push_back({"key", heartbeat::roster_key(prefix), "prefix"});
    for (const auto& service : options_.selection.services)
      settings.push_back({"key", heartbeat::document_key(prefix, service), "prefix and service"});
  }

  /// What --own decided by, for each beat.
  void explain_own(const FleetReport& report) {
    const auto& own = options_.acceptance.own;
    for (const auto& verdict : report.members.empty() ? report.verdicts : report.members)
      if (own && verdict.document)
        explanation_.settings.push_back(
            {"own beat", ownership_of(*verdict.document, *own).why, verdict.service});
  }

  /// Sets the problem that the watchdog reports if the deadline passes from now on.
  void report_on_timeout(Problem problem, milliseconds grace = {}) {
    problem.what = redactor_(std::move(problem.what));
    const auto report = options_.file_alone && !query_.file && query_.selection.services.empty()
                            ? FleetReport{.problem = problem}
                            : report_without_redis(query_, problem);
    watchdog_.prepare(report.verdicts.empty() ? no_service_message(report) : output_of(report),
                      exit_status_for(options_.format, report.verdicts, options_.exit_policy),
                      grace);
  }

  /// If the deadline passes before Redis is asked, the settings are not to blame.
  Problem too_busy() const {
    return {Reason::timeout, "no request to Redis within " +
                                 heartbeat::format_duration(options_.timeout) +
                                 ": this machine is too busy"};
  }

  /// The message without a verdict: neither an option nor the file names a service.
  static std::string no_service_message(const FleetReport& report) {
    auto text = std::string{"healthprobe: "}.append(no_service);
    if (report.problem) text += ": " + heartbeat::printable(report.problem->what);
    return text + "\n";
  }

  /// The verdict comes before the explanation: some readers keep only the beginning.
  std::string output_of(const FleetReport& report) {
    std::string text;
    if (!options_.quiet || destination_.is_file())
      text = options_.checks ? checks_report(report.verdicts, report.members, options_.format,
                                             options_.exit_policy)
                             : render(report.verdicts, options_.format, options_.exit_policy);
    // Programs read the other formats: the explanation goes to stderr.
    if (options_.format == Format::text) text += explanation_text();
    return text;
  }

  std::string explanation_text() {
    if (!options_.explain) return {};
    explanation_.steps = trace_.steps();
    return redactor_(render(explanation_));
  }

  /// Returns 0, or the errno of the failure.
  int deliver(const std::string& output) const {
    if (!destination_.is_file()) return destination_.deliver(output);
    int why = 0;
    run_in_thread([&] { why = destination_.deliver(output); });
    return why;
  }

  const Options& options_;
  redis::Deadline deadline_;
  Destination destination_;
  Watchdog watchdog_;
  Trace trace_;
  FleetQuery query_;
  redis::Redactor redactor_;
  Explanation explanation_;
  bool asks_ = false;  // a stage on the way to Redis has begun
};

}  // namespace

int check_once(const Options& options, const redis::Environment& environment,
               std::chrono::steady_clock::time_point started) {
  if (!options.quiet) write_once(STDERR_FILENO, options.warning);
  return SingleCheck{options, started}.run(environment);
}

}  // namespace probe
