#include "run/check_once.hpp"

#include <unistd.h>

#include <cstring>

#include "cli/explain_settings.hpp"
#include "cli/usage_error.hpp"
#include "core/fleet_report.hpp"
#include "document/names.hpp"
#include "document/text.hpp"
#include "document/time.hpp"
#include "fetch/fleet.hpp"
#include "fetch/read_file.hpp"
#include "fetch/redis_source.hpp"
#include "host/host.hpp"
#include "process/hardening.hpp"
#include "process/run_in_thread.hpp"
#include "process/stdio.hpp"
#include "redis/client.hpp"
#include "redis/redactor.hpp"
#include "render/render.hpp"
#include "run/trace.hpp"
#include "run/watchdog.hpp"

namespace probe {
namespace {

namespace redis = heartbeat::redis;
using std::chrono::milliseconds;

// How late the calls may be that mind the deadline themselves.
constexpr milliseconds grace_to_answer{50};
constexpr milliseconds grace_to_print{100};

/// The text format shows no document; JSON shows some unless the services are too many.
std::size_t max_with_documents(Format format) {
  if (format == Format::text) return 0;
  return format == Format::json ? max_listed : SIZE_MAX;
}

std::string too_slow(const std::string& path, milliseconds limit) {
  return path + " could not be read within " + heartbeat::format_duration(limit);
}

/// A run of the program, from its options to its exit status.
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
                 expect(deadline_passed(stage, where, options_.timeout),
                        stage == redis::Stage::lookup ? milliseconds{0} : grace_to_answer);
               }},
        query_{.selection = options.selection,
               .acceptance = options.acceptance,
               .exit_policy = options.exit_policy,
               .now = heartbeat::wall_now(),
               .max_with_documents = max_with_documents(options.format)} {
    if (options.explain) explanation_.settings = *options.explain;
  }

  int run(const redis::Environment& environment) {
    if (!options_.file.empty()) read_file();
    const auto report = options_.file_alone ? report_from_file(query_) : read_redis(environment);
    const auto output = printed(report);
    auto status = exit_status_for(options_.format, report.verdicts, options_.exit_policy);
    watchdog_.prepare({}, status, grace_to_print);
    auto aside = report.verdicts.empty() ? nameless(report) : std::string{};
    if (options_.format != Format::text) aside += explained();
    if (const int why = deliver(output); why != 0) {
      aside += "healthprobe: cannot write " + heartbeat::printable(options_.write) + ": " +
               std::strerror(why) + "\n";
      status = exit_status_for(options_.format, {}, options_.exit_policy);
    }
    write_once(STDERR_FILENO, aside);
    watchdog_.disarm();
    return status;
  }

 private:
  /// Before Redis: where that hangs, the watchdog prints what the file says.
  void read_file() {
    expect({Reason::usage, too_slow(options_.file, options_.timeout)});
    trace_.begun("read " + options_.file);
    FileReading reading;
    run_in_thread([&] { reading = probe::read_file(options_.file); });
    trace_.ended(outcome(reading));
    query_.file = std::move(reading);
    if (options_.file_alone && options_.explain)
      explanation_.settings.push_back({"redis", "not asked", "--file"});
  }

  FleetReport read_redis(const redis::Environment& environment) {
    // A machine so busy says nothing about the settings.
    expect({Reason::timeout, "Redis could not be asked within " +
                                 heartbeat::format_duration(options_.timeout) +
                                 ": this machine is too busy"});
    redis::Origins origins{.url = options_.redis_url.empty() ? "default" : "--redis"};
    auto endpoint = configured_endpoint(with_watched_files(environment), options_.redis_url,
                                        options_.explain ? &origins : nullptr);
    if (!endpoint) return report_without_redis(query_, endpoint.error());
    redactor_ = redis::Redactor{*endpoint};
    if (options_.explain) explain(*endpoint, origins);
    redis::Client client{std::move(*endpoint), &trace_};
    RedisSource source{client, options_.acceptance.prefix, deadline_};
    return read_fleet(source, query_);
  }

  /// The same environment; a file of it may be on a mount that hangs.
  redis::Environment with_watched_files(const redis::Environment& environment) {
    return {.variable = environment.variable,
            .file = [this, &environment](const std::string& path) {
              expect({Reason::usage, too_slow(path, options_.timeout)});
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

  /// What the watchdog prints if the deadline passes from now on.
  void expect(Problem problem, milliseconds grace = {}) {
    problem.what = redactor_(std::move(problem.what));
    const auto report = options_.file_alone && !query_.file && query_.selection.services.empty()
                            ? FleetReport{.problem = problem}
                            : report_without_redis(query_, problem);
    watchdog_.prepare(report.verdicts.empty() ? nameless(report) : printed(report),
                      exit_status_for(options_.format, report.verdicts, options_.exit_policy),
                      grace);
  }

  /// Without a verdict: neither an option nor the file names a service.
  static std::string nameless(const FleetReport& report) {
    auto text = std::string{"healthprobe: "}.append(no_service);
    if (report.problem) text += ": " + heartbeat::printable(report.problem->what);
    return text + "\n";
  }

  /// The verdict comes first: a reader that keeps only the beginning keeps the verdict.
  std::string printed(const FleetReport& report) {
    std::string text;
    if (!options_.quiet || destination_.is_file())
      text = render(report.verdicts, options_.format, options_.exit_policy);
    // Programs read the other formats: nothing else may stand there.
    return options_.format == Format::text ? text + explained() : text;
  }

  std::string explained() {
    if (!options_.explain) return {};
    explanation_.steps = trace_.steps();
    return redactor_(render(explanation_));
  }

  /// 0, or the errno of what went wrong.
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
};

}  // namespace

int check_once(const Options& options, const redis::Environment& environment,
               std::chrono::steady_clock::time_point started) {
  if (!options.quiet) write_once(STDERR_FILENO, options.warning);
  return SingleCheck{options, started}.run(environment);
}

}  // namespace probe
