#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/change.hpp"
#include "core/verdict.hpp"

/// The output formats. Text from Redis comes out escaped.
namespace probe {

/// Docker keeps this many bytes of a check's output and drops the rest.
inline constexpr std::size_t max_output = 4096;

enum class Format { text, json, nagios, prometheus };

/// Text and json give one line for each verdict, in their order, at most max_output bytes in all.
/// If the lines are longer, each is cut to its share. If the shares are too short, the worst
/// verdicts come first; the healthy ones and those without room are only counted.
std::string render(Verdicts verdicts, Format format, const ExitPolicy& exit_policy);

/// With more services, text and json only count the healthy: no line is shorter than 16 bytes.
inline constexpr std::size_t max_listed = max_output / 16;

int exit_status_for(Format format, Verdicts verdicts, const ExitPolicy& exit_policy) noexcept;

using Counts = std::array<std::size_t, static_cast<std::size_t>(HealthStatus::unhealthy) + 1>;

/// `worker-1 unhealthy [stale]: last beat 41s ago`. Only the text is cut, to fit into `bytes`.
std::string text_line(const Verdict& verdict, std::size_t bytes);
/// `... and 2 more unhealthy, 37 more healthy` and a newline.
std::string text_count(const Counts& omitted);
/// `2 unhealthy, 37 healthy`: each count that is not 0, worst first, with `more` before the status.
std::string counted(const Counts& counts, std::string_view more = {});

/// Whether JSON has the checks that pass, or only their number.
enum class Passing { shown, counted };

/// One JSON object and a newline. To fit into `bytes` it drops the best checks, then cuts the text,
/// then drops the writer and the problem with Redis; what remains may still be longer. `omitted`
/// counts what is dropped.
std::string json_line(const Verdict& verdict, int exit_status, std::size_t bytes,
                      Passing passing = Passing::shown);
/// The same of any length, with all that is known of the writer.
std::string json_in_full(const Verdict& verdict, int exit_status);
/// `{"omitted":{"unhealthy":2,"healthy":37}}` and a newline.
std::string json_count(const Counts& omitted);

/// A line with the time, for a log. Text:
/// `2026-11-27T09:15:00.250Z ingestion unhealthy [stale]: last beat 41s ago (was healthy for 4m)`;
/// JSON: an object with `event`. `>4m`: it may have been so before the first reading.
std::string change_line(const VerdictChange& change, Format format);
std::string change_line(const RedisChange& change, Format format);

/// For Nagios, Icinga and others (https://www.monitoring-plugins.org/doc/guidelines.html): a line
/// with the state, the verdict and, after a bar, the figures with their thresholds. Several
/// services have a further line each, worst first. At most max_output bytes.
std::string nagios_report(Verdicts verdicts, const ExitPolicy& exit_policy);

/// Metrics in Prometheus's text format 0.0.4, of any length: all that verdicts and documents say.
std::string prometheus_metrics(Verdicts verdicts);
std::string metric_header(std::string_view name, std::string_view type, std::string_view help);

/// The shortest text that a program reads as the same double: `3`, `75.117`.
std::string format_number(double value);
std::string format_seconds(std::chrono::milliseconds duration);
/// The value of a check as a number: true is 1, false is 0.
std::optional<double> number_in(const heartbeat::Value& value) noexcept;

/// A setting in use, without secrets, and its origin.
struct EffectiveSetting {
  std::string name;
  std::string value;
  std::string origin;  ///< `--timeout`, `REDIS_URL`, `default`
};

struct Step {
  std::chrono::microseconds at;    ///< since the process started
  std::chrono::microseconds took;  ///< if it has not ended: up to now
  std::string what;                ///< `connect 10.0.0.1:6379`
  std::string outcome;             ///< empty: it has not ended
};

struct Explanation {
  std::vector<EffectiveSetting> settings;
  std::vector<Step> steps;
};

/// A line for each setting, those that are not default first, and for each step. Escaped.
std::string render(const Explanation& explanation);

}  // namespace probe
