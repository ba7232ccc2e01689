#include "command/messages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "document/json_value.hpp"
#include "document/names.hpp"
#include "document/text.hpp"

namespace heartbeat::command {
namespace {

using namespace std::string_view_literals;

constexpr std::uint64_t max_events = 1'000'000'000;

/// Messages of systemd that mean something only with the descriptors and processes of the sender.
constexpr std::array not_forwarded{"FDSTORE"sv, "FDSTOREREMOVE"sv, "FDNAME"sv,      "FDPOLL"sv,
                                   "BARRIER"sv, "MAINPID"sv,       "MAINPIDFDID"sv, "MAINPIDFD"sv};

tl::unexpected<std::string> refusal(std::string_view part, std::string_view what,
                                    std::string_view accepted) {
  return tl::unexpected{
      fmt::format("'{}' is {} (accepted: {})", printable(part, max_shown_bytes), what, accepted)};
}

/// Removes the first word and the blanks behind it.
std::string_view take_word(std::string_view& text) {
  const auto word = text.substr(0, text.find_first_of(" \t"));
  text = trimmed(text.substr(word.size()));
  return word;
}

/// Nothing for another line than NAME=VALUE with a name of systemd's form.
std::optional<NoticeMessage> notice_in(std::string_view line) {
  const auto equals = line.find('=');
  const auto name = line.substr(0, equals);
  const auto is_in_name = [](char c) { return (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_'; };
  if (equals == line.npos || name.empty() || is_digit(name[0]) ||
      !std::ranges::all_of(name, is_in_name))
    return std::nullopt;
  return NoticeMessage{name, line.substr(equals + 1)};
}

tl::expected<Message, std::string> mark_message(std::string_view source, std::string_view rest) {
  MarkMessage mark{.source = source};
  if (rest.empty()) return mark;
  const auto events = parse_integer<std::uint64_t>(rest);
  if (!events || *events > max_events)
    return refusal(rest, "not a number of events", "0 to 1000000000");
  mark.events = *events;
  return mark;
}

tl::expected<Message, std::string> flag_message(std::string_view source, std::string_view rest) {
  const auto value = take_word(rest);
  if (value != "0" && value != "1") return refusal(value, "no value of a flag", "0, 1");
  return FlagMessage{.source = source, .value = value == "1", .reason = rest};
}

tl::expected<Message, std::string> gauge_message(std::string_view source, std::string_view rest,
                                                 bool is_added) {
  const auto value = parse_number(rest);
  if (!value) return refusal(rest, "not a number", accepted_numbers);
  return GaugeMessage{.source = source, .value = *value, .is_added = is_added};
}

tl::expected<Message, std::string> report_message(std::string_view status,
                                                  std::string_view reason) {
  const auto read = enum_from<Status>(status);
  if (!read) return refusal(status, "no status", "healthy, starting, degraded, unhealthy");
  return Reported{*read, std::string{reason}};
}

}  // namespace

tl::expected<Message, std::string> parse_message(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (const auto notice = notice_in(line)) return *notice;
  auto rest = trimmed(line);
  const auto verb = take_word(rest);
  if (verb == "report") {
    const auto status = take_word(rest);
    return report_message(status, rest);
  }
  if (verb != "mark" && verb != "set" && verb != "gauge" && verb != "add")
    return refusal(verb, "no message", "mark, set, gauge, add, report, NAME=VALUE of sd_notify");
  const auto source = take_word(rest);
  if (!is_check_name(source)) return refusal(source, "not a name", accepted_check_names);
  if (verb == "mark") return mark_message(source, rest);
  if (verb == "set") return flag_message(source, rest);
  return gauge_message(source, rest, verb == "add");
}

std::string forwarded(std::string_view datagram) {
  std::string lines;
  for_each_line(datagram, [&](std::string_view line) {
    const auto notice = notice_in(line);
    if (notice && std::ranges::find(not_forwarded, notice->name) == not_forwarded.end())
      lines.append(line).append("\n");
  });
  return lines;
}

void OwnWords::take(const NoticeMessage& notice) {
  const auto& [name, value] = notice;
  if (name == "READY" && value == "1") {
    is_starting_ = false;
    is_stopping_ = false;
  } else if (name == "STOPPING" && value == "1") {
    is_stopping_ = true;
  } else if (name == "STATUS") {
    status_ = value;
  } else if (name == "WATCHDOG") {
    has_triggered_ = value == "trigger";
  } else if (name == "WATCHDOG_USEC") {
    const auto limit = parse_integer<std::uint64_t>(value);
    constexpr std::uint64_t longest =
        std::chrono::microseconds{std::chrono::hours{24 * 366}}.count();
    if (limit && *limit >= 1000 && *limit <= longest)
      limit_ = std::chrono::milliseconds{*limit / 1000};
  }
}

Reported OwnWords::joined_to(Reported job) const {
  Reported joined = std::move(job);
  const auto add = [&](Status status, std::string_view words) {
    if (words.empty() && status <= joined.status) return;
    const auto text = words.empty() ? to_string(status) : words;
    // The worse first.
    if (joined.status < status)
      joined.reason = fmt::format("{}; {}", text, joined.reason);
    else
      joined.reason = fmt::format("{}; {}", joined.reason, text);
    joined.status = std::max(joined.status, status);
  };
  if (!status_.empty()) add(joined.status, status_);
  if (report_) add(report_->status, report_->reason);
  if (is_starting_) add(Status::starting, "it is not ready yet");
  if (has_triggered_) add(Status::unhealthy, "it triggered its watchdog");
  if (is_stopping_) add(Status::unhealthy, "stopping");
  return joined;
}

}  // namespace heartbeat::command
