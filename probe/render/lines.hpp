#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "core/exit_status.hpp"
#include "core/verdict.hpp"

/// The formats' own lines, each with its newline. Text from Redis comes out
/// escaped.
namespace probe {

/// How many services, by their verdict.
using Counts = std::array<std::size_t, static_cast<std::size_t>(Word::unhealthy) + 1>;

/// `worker-1 unhealthy [stale]: last beat 41s ago, limit 30s`, cut to `bytes`,
/// but never within service, verdict and reason.
std::string text_line(const Verdict& verdict, std::size_t bytes);
/// `... and 2 more unhealthy, 37 more healthy`.
std::string text_count(const Counts& omitted);
/// `2 unhealthy, 37 healthy`: each that is not 0, worst first, with `more` before the word.
std::string counted(const Counts& counts, std::string_view more = {});

/// One JSON object. To keep to `bytes` it drops the checks, then cuts the text,
/// then drops who wrote the beat and why Redis was of no use; what then remains may be longer.
std::string json_line(const Verdict& verdict, int exit_status, std::size_t bytes);
/// `{"omitted":{"unhealthy":2,"healthy":37}}`.
std::string json_count(const Counts& omitted);

/// What Nagios, Icinga and their like show, by the Monitoring Plugins' guidelines
/// (https://www.monitoring-plugins.org/doc/guidelines.html): a line with the
/// state, the verdict and, behind a bar, every figure with its thresholds; of
/// several services also a line each, worst first. At most max_output bytes.
std::string nagios_report(std::span<const Verdict> verdicts, const ExitPolicy& exit_policy);

/// The HELP and TYPE lines of a metric.
std::string metric_header(std::string_view name, std::string_view type, std::string_view help);

/// Metrics in Prometheus's text format 0.0.4, as long as it takes: all that
/// the verdicts and the documents say, one sample a service for each state.
std::string prometheus_metrics(std::span<const Verdict> verdicts);
/// The HELP and TYPE lines in front of a metric's samples.
std::string metric_header(std::string_view name, std::string_view type, std::string_view help);

}  // namespace probe
