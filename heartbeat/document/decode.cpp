#include <array>
#include <cmath>
#include <map>

#include "document/document.hpp"
#include "document/json_value.hpp"
#include "document/names.hpp"
#include "document/time.hpp"

namespace heartbeat {
namespace {

using std::chrono::milliseconds;

// Each get_x() reads a member of a JSON object. A member of another type counts as absent.

template <typename T>
std::optional<T> get(const JsonValue& json, std::string_view name) {
  const auto* member = json.find(name);
  const auto* found = member == nullptr ? nullptr : member->get_if<T>();
  return found == nullptr ? std::nullopt : std::optional<T>{*found};
}

std::string get_text(const JsonValue& json, std::string_view name) {
  return get<std::string>(json, name).value_or("");
}

/// A whole number that is not negative; also as other languages may write it, 60000.0.
std::optional<std::uint64_t> get_whole(const JsonValue& json, std::string_view name) {
  constexpr double exact = 9007199254740992.0;  // 2^53
  const auto number = get<double>(json, name);
  if (!number) return get<std::uint64_t>(json, name);
  const bool is_whole = *number >= 0 && *number <= exact && std::trunc(*number) == *number;
  return is_whole ? std::optional{static_cast<std::uint64_t>(*number)} : std::nullopt;
}

std::uint64_t get_count(const JsonValue& json, std::string_view name) {
  return get_whole(json, name).value_or(0);
}

std::optional<milliseconds> get_duration(const JsonValue& json, std::string_view name) {
  constexpr std::uint64_t longest = 1ULL << 53U;  // above real values; callers may multiply by 3
  const auto count = get_whole(json, name);
  return count && *count <= longest ? std::optional{milliseconds{*count}} : std::nullopt;
}

std::optional<WallTime> get_time(const JsonValue& json, std::string_view name) {
  const auto text = get<std::string>(json, name);
  return text ? parse_timestamp(*text) : std::nullopt;
}

Value get_value(const JsonValue& json, std::string_view name) {
  const auto* member = json.find(name);
  if (member == nullptr) return {};
  if (const auto* truth = member->get_if<bool>()) return *truth;
  if (const auto number = member->number()) return *number;
  return {};
}

template <typename Enum>
std::optional<Enum> get_enum(const JsonValue& json, std::string_view name) {
  const auto* member = json.find(name);
  const auto* text = member == nullptr ? nullptr : member->get_if<std::string>();
  return text == nullptr ? std::nullopt : enum_from<Enum>(*text);
}

// Each x_of() reads one part of a document from that part's JSON.

/// Whether it has what every check has.
bool is_check(const JsonValue& json) {
  return get_enum<Severity>(json, "severity") && get_enum<CheckState>(json, "state") &&
         get_enum<Kind>(json, "kind") && get_enum<Comparison>(json, "comparison");
}

CheckReport check_of(const std::string& name, const JsonValue& json) {
  return {
      .name = name,
      .severity = get_enum<Severity>(json, "severity").value_or(Severity{}),
      .state = get_enum<CheckState>(json, "state").value_or(CheckState{}),
      .kind = get_enum<Kind>(json, "kind").value_or(Kind{}),
      .value = get_value(json, "value"),
      .comparison = get_enum<Comparison>(json, "comparison").value_or(Comparison{}),
      .limit = get_value(json, "limit"),
      .value_is_minimum = get<bool>(json, "value_is_minimum") == true,
      .window = get_duration(json, "window_ms"),
      .clears_in = get_duration(json, "clears_in_ms"),
      .since = get_time(json, "since"),
      .would_be = get_enum<CheckState>(json, "would_be"),
      .output = get_text(json, "output"),
  };
}

/// Within the limits of the library: a name that it would refuse, and what follows the hundredth
/// check, count as absent.
std::vector<CheckReport> checks_of(const JsonValue* json) {
  const auto* object = json == nullptr ? nullptr : json->get_if<JsonValue::Members>();
  if (object == nullptr) return {};
  std::vector<const JsonValue::Members::value_type*> candidates;
  std::map<std::string_view, const JsonValue*> last_of_name;  // of the candidates' names
  for (const auto& member : *object) {
    const auto& [name, check] = member;
    if (is_check(check) && is_check_name(name)) {
      candidates.push_back(&member);
      last_of_name[name] = &check;
    } else if (const auto before = last_of_name.find(name); before != last_of_name.end()) {
      before->second = &check;
    }
  }
  std::vector<CheckReport> checks;
  for (const auto* candidate : candidates) {
    if (checks.size() == max_checks) break;
    const auto& [name, check] = *candidate;
    if (last_of_name[name] == &check) checks.push_back(check_of(name, check));
  }
  return checks;
}

std::optional<Instance> instance_of(const JsonValue& json) {
  const auto pid = get_whole(json, "pid");
  return Instance{.host = get_text(json, "host"),
                  .pid = pid && std::in_range<std::int64_t>(*pid)
                             ? static_cast<std::int64_t>(*pid)
                             : get<std::int64_t>(json, "pid").value_or(0),
                  .id = get_text(json, "id"),
                  .name = get_text(json, "name"),
                  .start_ticks = get_whole(json, "start_ticks"),
                  .pid_namespace = get_whole(json, "pid_namespace"),
                  .net_namespace = get_whole(json, "net_namespace")};
}

std::optional<Boot> boot_of(const JsonValue& json) {
  const auto id = get<std::string>(json, "id");
  const auto at = get_duration(json, "ms");
  return id && at ? std::optional{Boot{.id = *id, .at = *at}} : std::nullopt;
}

std::optional<Reported> reported_of(const JsonValue& json) {
  const auto status = get_enum<Status>(json, "status");
  if (!status) return std::nullopt;
  return Reported{.status = *status, .reason = get_text(json, "reason")};
}

std::string text_of_writer(const JsonValue& json, std::string_view name) {
  const auto* writer = json.find("writer");
  return writer == nullptr ? std::string{} : get_text(*writer, name);
}

std::optional<Writer> writer_of(const JsonValue& json) {
  const auto duration = [&](std::string_view name) {
    return get_duration(json, name).value_or(milliseconds{0});
  };
  return Writer{.late_beats = get_count(json, "late_beats"),
                .failed_writes = get_count(json, "failed_writes"),
                .reconnects = get_count(json, "reconnects"),
                .vanished = get_count(json, "vanished"),
                .last_error = get_text(json, "last_error"),
                .lateness = duration("lateness_ms"),
                .worst_lateness = duration("worst_lateness_ms"),
                .last_write = duration("last_write_ms"),
                .suspended = duration("suspended_ms"),
                .file_error = get_text(json, "file_error"),
                .lapse = get_text(json, "lapse"),
                .rival = get_text(json, "rival"),
                .dates_error = get_text(json, "dates_error")};
}

/// The object `name`, read by `part_of`; nothing for a member of another type.
template <typename Part>
std::optional<Part> get_part(const JsonValue& json, std::string_view name,
                             std::optional<Part> (*part_of)(const JsonValue&)) {
  const auto* member = json.find(name);
  const bool is_object = member != nullptr && member->get_if<JsonValue::Members>() != nullptr;
  return is_object ? part_of(*member) : std::nullopt;
}

}  // namespace

tl::expected<Document, std::string> decode(std::string_view text) {
  return parse_json(text, document_members).and_then([](const JsonValue& json) {
    return decode(json);
  });
}

tl::expected<Document, std::string> decode(const JsonValue& json) {
  if (json.get_if<JsonValue::Members>() == nullptr)
    return tl::unexpected{std::string{"not a JSON object"}};
  if (json.find("status") == nullptr) return tl::unexpected{std::string{"no status"}};
  const auto word = get<std::string>(json, "status");
  if (!word) return tl::unexpected{std::string{"status is not a string"}};
  const auto status = status_from(*word);
  if (!status) return tl::unexpected{"unknown status '" + *word + "'"};
  return Document{
      .status = *status,
      .reason = get_text(json, "reason"),
      .service = get<std::string>(json, "service"),
      .instance = get_part<Instance>(json, "instance", instance_of),
      .sequence = get_whole(json, "sequence"),
      .interval = get_duration(json, "interval_ms"),
      .ttl = get_duration(json, "ttl_ms"),
      .started_at = get_time(json, "started_at"),
      .written_at = get_time(json, "written_at"),
      .boot = get_part<Boot>(json, "boot", boot_of),
      .last_activity = get_time(json, "last_activity"),
      .connected = get<bool>(json, "connected"),
      .error_count = get_whole(json, "error_count"),
      .processed_count = get_whole(json, "processed_count"),
      .refused_messages = get_whole(json, "refused_messages"),
      .reported = get_part<Reported>(json, "reported", reported_of),
      .checks = checks_of(json.find("checks")),
      .writer = get_part<Writer>(json, "writer", writer_of),
      .implementation = text_of_writer(json, "implementation"),
      .version = text_of_writer(json, "version"),
  };
}

WriterIdentity read_writer_identity(std::string_view beginning) {
  constexpr std::array<std::string_view, 5> names{"status", "instance", "sequence", "interval_ms",
                                                  "reason"};
  const auto json = parse_beginning(beginning, names);
  const auto interval = get_duration(json, "interval_ms");
  const bool stopped = get_text(json, "status") == to_string(Status::unhealthy) &&
                       get_text(json, "reason") == farewell_reason;
  return {.instance = get_part<Instance>(json, "instance", instance_of),
          .sequence = get_whole(json, "sequence"),
          .interval = interval,
          .farewell = stopped || interval == no_next_beat};
}

}  // namespace heartbeat
