#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <vector>

#include "core/silence.hpp"
#include "document/document.hpp"
#include "document/names.hpp"
#include "document/text.hpp"
#include "render/render.hpp"

namespace probe {
namespace {

using heartbeat::CheckReport;
using heartbeat::CheckState;
using heartbeat::Document;
using heartbeat::Writer;
using std::chrono::milliseconds;

constexpr std::string_view name_prefix = "healthprobe_";

std::string in_quotes(std::string_view text) {
  std::string out;
  for (const char c : heartbeat::printable(text)) {
    if (c == '\\' || c == '"') out += '\\';
    out += c;
  }
  return out;
}

std::string labels_of(const Verdict& verdict) {
  const auto [service, instance] = heartbeat::split_member(verdict.service);
  return fmt::format("health_service=\"{}\"", in_quotes(service)) +
         (instance.empty() ? "" : fmt::format(",health_instance=\"{}\"", in_quotes(instance)));
}

/// Appends the samples of one family for one verdict.
struct Samples {
  std::string& out;
  std::string_view name;
  const Verdict& verdict;
  std::string_view labels_of_all;

  void add(std::string_view labels, double value) {
    out.append(name_prefix).append(name).append("{").append(labels_of_all).append(labels);
    out.append("} ").append(format_number(value)).append("\n");
  }
  void add(double value) { add("", value); }
  void add(milliseconds duration) { add(static_cast<double>(duration.count()) / 1000); }
  void add(std::uint64_t count) { add(static_cast<double>(count)); }
  void add(heartbeat::WallTime time) { add(time.time_since_epoch()); }
  void add(bool truth) { add(truth ? 1.0 : 0.0); }
  template <typename T>
  void add(const std::optional<T>& value) {
    if (value) add(*value);
  }

  /// One sample for each state: 1 for the current one, 0 for the others.
  template <typename States, typename T>
  void add_states(std::string_view labels, std::string_view label, const States& states,
                  T current) {
    for (const auto state : states)
      add(fmt::format("{},{}=\"{}\"", labels, label, to_string(state)), state == current ? 1 : 0);
  }
};

constexpr std::array health_statuses{HealthStatus::healthy, HealthStatus::starting,
                                     HealthStatus::degraded, HealthStatus::unknown,
                                     HealthStatus::unhealthy};
constexpr std::array statuses{heartbeat::Status::healthy, heartbeat::Status::starting,
                              heartbeat::Status::degraded, heartbeat::Status::unhealthy};
constexpr std::array states{CheckState::pass, CheckState::waiting, CheckState::suppressed,
                            CheckState::fail};

std::string label_of(const CheckReport& check) {
  return fmt::format(",check=\"{}\",kind=\"{}\"", in_quotes(check.name), to_string(check.kind));
}

/// These functions add the sample of a field, if it is set.
template <auto Field>
void of_verdict(Samples& samples) {
  samples.add(samples.verdict.*Field);
}

template <auto Field>
void of_document(Samples& samples) {
  if (const auto& document = samples.verdict.document) samples.add((*document).*Field);
}

template <auto Field>
void of_writer(Samples& samples) {
  if (const auto& document = samples.verdict.document)
    // NOLINTNEXTLINE(bugprone-unchecked-optional-access): not seen in a template
    if (const auto& writer = document->writer) samples.add((*writer).*Field);
}

template <typename Add>
void of_checks(Samples& samples, Add add) {
  const auto& document = samples.verdict.document;
  if (!document) return;
  for (const auto& check : document->checks) add(check);
}

void status(Samples& samples) {
  if (const auto& document = samples.verdict.document)
    samples.add_states("", "status", statuses, document->status);
}

void check_states(Samples& samples) {
  of_checks(samples, [&](const CheckReport& check) {
    const auto labels =
        fmt::format("{},severity=\"{}\"", label_of(check), to_string(check.severity));
    samples.add_states(labels, "state", states, check.state);
  });
}

void check_values(Samples& samples) {
  of_checks(samples, [&](const CheckReport& check) {
    if (const auto value = number_in(check.value)) samples.add(label_of(check), *value);
  });
}

void check_limits(Samples& samples) {
  of_checks(samples, [&](const CheckReport& check) {
    const auto labels =
        fmt::format("{},comparison=\"{}\"", label_of(check), to_string(check.comparison));
    if (const auto limit = number_in(check.limit)) samples.add(labels, *limit);
  });
}

struct Family {
  const char* name;
  const char* type;
  const char* help;
  void (*sample)(Samples&);
};

constexpr std::array families{
    Family{"healthy", "gauge", "Whether the verdict is healthy.",
           [](Samples& samples) { samples.add(samples.verdict.reason == Reason::healthy); }},
    Family{"verdict", "gauge", "What healthprobe concludes: 1 for the word that holds.",
           [](Samples& samples) {
             samples.add_states("", "verdict", health_statuses, samples.verdict.status());
           }},
    Family{"reason", "gauge", "Why: always 1, the word is the label.",
           [](Samples& samples) {
             samples.add(fmt::format(",reason=\"{}\"", to_string(samples.verdict.reason)), 1);
           }},
    Family{"silenced", "gauge", "Whether the service is silenced: nobody is told of it.",
           [](Samples& samples) { samples.add(samples.verdict.silence != nullptr); }},
    Family{"silenced_until_timestamp_seconds", "gauge",
           "When the silence ends, in seconds since the epoch, and who asked for it.",
           [](Samples& samples) {
             if (const auto& silence = samples.verdict.silence)
               samples.add(fmt::format(",by=\"{}\"", in_quotes(silence->by)),
                           static_cast<double>(silence->until.time_since_epoch().count()) / 1000);
           }},
    Family{"judged_by_file", "gauge",
           "Always 1: the file was judged, because of this reason of Redis.",
           [](Samples& samples) {
             if (const auto& problem = samples.verdict.redis_problem)
               samples.add(fmt::format(",redis=\"{}\"", to_string(problem->reason)), 1);
           }},
    Family{"status", "gauge", "What the service says of itself: 1 for the status that holds.",
           status},
    Family{"beat_age_seconds", "gauge", "How long ago the last beat was written.",
           of_verdict<&Verdict::age>},
    Family{"beat_age_limit_seconds", "gauge", "The age at which a beat becomes stale.",
           of_verdict<&Verdict::limit>},
    Family{"beat_interval_seconds", "gauge", "Planned time between beats.",
           of_document<&Document::interval>},
    Family{"beats_total", "counter", "Tries to write a beat since the service started.",
           of_document<&Document::sequence>},
    Family{"start_time_seconds", "gauge",
           "When the service started, in seconds since the epoch: every change is a restart.",
           of_document<&Document::started_at>},
    Family{"last_activity_timestamp_seconds", "gauge",
           "The newest event of any activity source, in seconds since the epoch.",
           of_document<&Document::last_activity>},
    Family{"processed_total", "counter", "Events of all activity sources since the start.",
           of_document<&Document::processed_count>},
    Family{"errors_total", "counter", "Events of all error sources since the start.",
           of_document<&Document::error_count>},
    Family{"connected", "gauge", "Whether all flags of the service are set.",
           of_document<&Document::connected>},
    Family{"check_state", "gauge", "State of a check: 1 for the one that holds.", check_states},
    Family{"check_value", "gauge",
           "What a check measured: seconds of an age, events of a count, events a second of a "
           "rate, 1 or 0 of a truth, else as the service set it.",
           check_values},
    Family{"check_limit", "gauge", "What the value is compared with, in its unit.", check_limits},
    Family{"writer_late_beats_total", "counter", "Beats that began more than 100 ms late.",
           of_writer<&Writer::late_beats>},
    Family{"writer_failed_writes_total", "counter", "Beats that Redis did not accept.",
           of_writer<&Writer::failed_writes>},
    Family{"writer_reconnects_total", "counter", "Connections made to Redis but for the first.",
           of_writer<&Writer::reconnects>},
    Family{"writer_vanished_total", "counter",
           "Times the key was found evicted, flushed or deleted.", of_writer<&Writer::vanished>},
    Family{"writer_lateness_seconds", "gauge", "How long after its time the last beat began.",
           of_writer<&Writer::lateness>},
    Family{"writer_worst_lateness_seconds", "gauge", "The most of it since the start.",
           of_writer<&Writer::worst_lateness>},
    Family{"writer_last_write_seconds", "gauge", "How long the write before the last beat took.",
           of_writer<&Writer::last_write>},
    Family{"writer_suspended_seconds_total", "counter",
           "How long the machine has been suspended since the service started.",
           of_writer<&Writer::suspended>},
};

}  // namespace

std::string metric_header(std::string_view name, std::string_view type, std::string_view help) {
  return fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
}

std::string prometheus_metrics(Verdicts verdicts) {
  std::string out;
  std::vector<std::string> labels;
  std::ranges::transform(verdicts, std::back_inserter(labels), labels_of);
  for (const auto& family : families) {
    std::string samples_of_all;
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
      Samples samples{samples_of_all, family.name, verdicts[i], labels[i]};
      family.sample(samples);
    }
    if (samples_of_all.empty()) continue;
    out += metric_header(std::string{name_prefix} + family.name, family.type, family.help);
    out += samples_of_all;
  }
  return out;
}

}  // namespace probe
