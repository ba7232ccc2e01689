#include "render/checks.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "document/document.hpp"
#include "document/names.hpp"
#include "document/text.hpp"
#include "document/time.hpp"
#include "render/columns.hpp"
#include "render/silences.hpp"

namespace probe {
namespace {

using heartbeat::CheckReport;
using heartbeat::format_duration;
using heartbeat::printable;
using heartbeat::WallTime;
using std::chrono::floor;
using std::chrono::milliseconds;
using std::chrono::seconds;
using namespace std::chrono_literals;

constexpr std::size_t usual_columns = 80;

int rank(const CheckReport& check) noexcept {
  constexpr std::array ranks{4, 2, 6, 0};  // in the order of CheckState
  return ranks.at(static_cast<std::size_t>(check.state)) +
         (check.severity == heartbeat::Severity::critical ? 0 : 1);
}

/// The time that has passed since `then`, by the clock of the writer.
std::string ago(const Verdict& verdict, WallTime then, WallTime written_at) {
  return format_duration(
      floor<seconds>(std::max(written_at - then, 0ms) + verdict.age.value_or(0ms)));
}

/// `09:16:05Z (15s)`, or with the date what lasts for longer than a day.
std::string since_cell(const Verdict& verdict, const CheckReport& check) {
  if (!check.since) return "-";
  auto time = heartbeat::format_timestamp(*check.since);
  const auto& written_at = verdict.document->written_at;
  if (!written_at) return time;
  const bool is_recent = *written_at - *check.since < 24h;
  return (is_recent ? time.substr(11, 8) : time.substr(0, 16)) + "Z (" +
         ago(verdict, *check.since, *written_at) + ")";
}

std::string note_on(const CheckReport& check, milliseconds age) {
  std::string note;
  const auto add = [&note](const std::string& text) {
    note.append(note.empty() ? "" : "; ").append(text);
  };
  if (check.would_be) add("would be " + std::string{to_string(*check.would_be)});
  if (check.clears_in) add("clears in " + format_duration(std::max(0ms, *check.clears_in - age)));
  if (!check.output.empty()) add(printable(check.output));
  return note;
}

struct Lines {
  std::size_t columns;
  std::vector<std::string> lines{};

  void add(std::string line) { lines.push_back(std::move(line)); }
  /// Adds text that begins after `label`, and whose further lines are indented as much.
  void add_wrapped(std::string label, std::string_view text) {
    const auto indent = label.size();
    for (const auto& part : wrap(text, columns - std::min(columns, indent))) {
      add(label + part);
      label.assign(indent, ' ');
    }
  }
  void add_of_writer(std::string label, std::string_view text) {
    constexpr std::size_t label_columns = 12;
    if (text.empty()) return;
    label.resize(label_columns, ' ');
    add_wrapped(std::move(label), text);
  }
};

void add_table(Lines& out, const Verdict& verdict) {
  const auto checks = worst_first(verdict.document->checks);
  const auto age = verdict.age.value_or(0ms);
  std::vector<std::vector<std::string>> rows{
      {"STATE", "SEVERITY", "CHECK", "VALUE", "LIMIT", "SINCE"}};
  for (const auto* check : checks)
    rows.push_back({std::string{to_string(check->state)}, std::string{to_string(check->severity)},
                    check->name, shown_value(*check, age), shown_limit(*check, age),
                    since_cell(verdict, *check)});
  auto lines = aligned(rows);
  out.add(std::move(lines[0]));
  for (std::size_t i = 0; i < checks.size(); ++i) {
    out.add(std::move(lines[i + 1]));
    if (const auto note = note_on(*checks[i], age); !note.empty()) out.add_wrapped("  ", note);
  }
}

std::string condition_of(const heartbeat::Writer& writer) {
  std::string text;
  const auto add = [&text](const char* what, const std::string& how_much) {
    text.append(text.empty() ? "" : ", ").append(what).append(how_much);
  };
  if (writer.late_beats > 0)
    add("late beats ", std::to_string(writer.late_beats) + " (worst " +
                           format_duration(writer.worst_lateness) + ")");
  if (writer.failed_writes > 0) add("failed writes ", std::to_string(writer.failed_writes));
  if (writer.reconnects > 0) add("reconnects ", std::to_string(writer.reconnects));
  if (writer.vanished > 0) add("vanished keys ", std::to_string(writer.vanished));
  if (writer.suspended > 0ms) add("suspended for ", format_duration(writer.suspended));
  return text.empty() ? "no late beat, no failed write" : text;
}

std::string time_of(const Verdict& verdict, std::optional<WallTime> time) {
  if (!time) return {};
  const auto& written_at = verdict.document->written_at;
  return heartbeat::format_timestamp(*time) +
         (written_at ? " (" + ago(verdict, *time, *written_at) + " ago)" : "");
}

void add_writer(Lines& out, const Verdict& verdict) {
  const auto& document = *verdict.document;
  if (const auto& instance = document.instance)
    out.add_of_writer("host", printable(instance->host) + ", pid " + std::to_string(instance->pid));
  out.add_of_writer(
      "version",
      printable(document.version) +
          (document.implementation.empty() ? "" : " (" + printable(document.implementation) + ")"));
  out.add_of_writer("started", time_of(verdict, document.started_at));
  out.add_of_writer("written", time_of(verdict, document.written_at));
  if (document.sequence) out.add_of_writer("sequence", std::to_string(*document.sequence));
  if (const auto& writer = document.writer) {
    out.add_of_writer("condition", condition_of(*writer));
    out.add_of_writer("last error", printable(writer->last_error));
    out.add_of_writer("file", printable(writer->file_error));
    out.add_of_writer("pause", printable(writer->lapse));
    out.add_of_writer("rival", printable(writer->rival));
    out.add_of_writer("dates", printable(writer->dates_error));
  }
}

void add_report(std::string& out, const Verdict& verdict, Format format,
                const ExitPolicy& exit_policy) {
  if (format == Format::json) {
    out += json_in_full(verdict, exit_status(verdict, exit_policy));
    return;
  }
  if (!out.empty()) out += '\n';
  for (const auto& line : check_lines(verdict, usual_columns)) out.append(line).append("\n");
}

}  // namespace

std::vector<const CheckReport*> worst_first(const std::vector<CheckReport>& checks) {
  std::vector<const CheckReport*> sorted;
  for (const auto& check : checks) sorted.push_back(&check);
  // Checks of the same rank stay in the order of the vector that they are in.
  std::ranges::sort(sorted, {}, [](const auto* check) { return std::pair{rank(*check), check}; });
  return sorted;
}

std::string_view note_on_age(const Verdict& verdict) noexcept {
  return verdict.reason == Reason::stale
             ? "The checks are those of the last beat. They say nothing about now."
             : "";
}

std::vector<std::string> check_lines(const Verdict& verdict, std::size_t columns) {
  Lines out{columns};
  auto head = text_line(verdict, std::string::npos);
  head.pop_back();
  for (const auto& part : wrap(head, columns - std::min<std::size_t>(columns, 2)))
    out.add(out.lines.empty() ? part : "  " + part);
  if (verdict.silence) out.add_wrapped("  ", silence_text(*verdict.silence));
  if (!verdict.document) return std::move(out.lines);
  out.add("");
  if (const auto note = note_on_age(verdict); !note.empty()) {
    out.add_wrapped("", note);
    out.add("");
  }
  if (verdict.document->checks.empty())
    out.add("no checks");
  else
    add_table(out, verdict);
  out.add("");
  add_writer(out, verdict);
  if (out.lines.back().empty()) out.lines.pop_back();
  return std::move(out.lines);
}

std::string checks_report(Verdicts verdicts, Verdicts members, Format format,
                          const ExitPolicy& exit_policy) {
  std::string out;
  for (const auto* verdict : worst_first(verdicts)) {
    add_report(out, *verdict, format, exit_policy);
    if (verdict->document) continue;
    for (const auto& member : members)
      if (heartbeat::split_member(member.service).first == verdict->service &&
          (member.service != verdict->service || member.document))
        add_report(out, member, format, exit_policy);
  }
  return out;
}

}  // namespace probe
