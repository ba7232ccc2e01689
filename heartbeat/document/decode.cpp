#include <nlohmann/json.hpp>

#include "document/document.hpp"
#include "document/python_json.hpp"
#include "document/timestamp.hpp"
#include "document/vocabulary.hpp"

namespace heartbeat {
namespace {

// Ordered, so that checks come out as their writer declared them.
using Json = nlohmann::ordered_json;

// A member of an object; null when there is none, so that absent and wrong look alike.
const Json& member(const Json& object, const char* name) {
  static const Json nothing;
  if (!object.is_object()) return nothing;
  const auto found = object.find(name);
  return found == object.end() ? nothing : *found;
}

std::optional<std::string> text_of(const Json& json) {
  return json.is_string() ? std::optional{json.get<std::string>()} : std::nullopt;
}

std::optional<std::uint64_t> count_of(const Json& json) {
  return json.is_number_unsigned() ? std::optional{json.get<std::uint64_t>()} : std::nullopt;
}

std::optional<std::chrono::milliseconds> duration_of(const Json& json) {
  constexpr std::uint64_t longest = 1ULL << 53U;  // far beyond any, and safe to multiply by 3
  const auto count = count_of(json);
  if (!count || *count > longest) return std::nullopt;
  return std::chrono::milliseconds{*count};
}

std::optional<WallTime> time_of(const Json& json) {
  const auto text = text_of(json);
  return text ? parse_timestamp(*text) : std::nullopt;
}

Value value_of(const Json& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number()) return json.get<double>();
  return {};
}

template <typename Word>
std::optional<Word> word_of(const Json& json, std::optional<Word> (*from)(std::string_view)) {
  const auto text = text_of(json);
  return text ? from(*text) : std::nullopt;
}

std::optional<CheckReport> check_of(const std::string& name, const Json& json) {
  const auto severity = word_of<Severity>(member(json, "severity"), severity_from);
  const auto state = word_of<CheckState>(member(json, "state"), check_state_from);
  const auto kind = word_of<Kind>(member(json, "kind"), kind_from);
  const auto comparison = word_of<Comparison>(member(json, "comparison"), comparison_from);
  if (!severity || !state || !kind || !comparison) return std::nullopt;
  return CheckReport{
      .name = name,
      .severity = *severity,
      .state = *state,
      .kind = *kind,
      .value = value_of(member(json, "value")),
      .comparison = *comparison,
      .limit = value_of(member(json, "limit")),
      .value_is_minimum = member(json, "value_is_minimum") == Json(true),
      .window = duration_of(member(json, "window_ms")),
      .clears_in = duration_of(member(json, "clears_in_ms")),
      .since = time_of(member(json, "since")),
      .would_be = word_of<CheckState>(member(json, "would_be"), check_state_from),
      .output = text_of(member(json, "output")).value_or(""),
  };
}

std::vector<CheckReport> checks_of(const Json& json) {
  std::vector<CheckReport> checks;
  if (!json.is_object()) return checks;
  for (const auto& [name, check] : json.items())
    if (auto report = check_of(name, check)) checks.push_back(std::move(*report));
  return checks;
}

std::optional<Instance> instance_of(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  const Json& pid = member(json, "pid");
  return Instance{.host = text_of(member(json, "host")).value_or(""),
                  .pid = pid.is_number_integer() ? pid.get<std::int64_t>() : 0,
                  .id = text_of(member(json, "id")).value_or(""),
                  .name = text_of(member(json, "name")).value_or("")};
}

std::optional<Boot> boot_of(const Json& json) {
  const auto id = text_of(member(json, "id"));
  const auto at = duration_of(member(json, "ms"));
  if (!id || !at) return std::nullopt;
  return Boot{.id = *id, .at = *at};
}

std::optional<Reported> reported_of(const Json& json) {
  const auto status = word_of<Status>(member(json, "status"), status_from);
  if (!status) return std::nullopt;
  return Reported{.status = *status, .reason = text_of(member(json, "reason")).value_or("")};
}

std::optional<Writer> writer_of(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  const auto duration = [&](const char* name) {
    return duration_of(member(json, name)).value_or(std::chrono::milliseconds{0});
  };
  return Writer{.late_beats = count_of(member(json, "late_beats")).value_or(0),
                .failed_writes = count_of(member(json, "failed_writes")).value_or(0),
                .reconnects = count_of(member(json, "reconnects")).value_or(0),
                .vanished = count_of(member(json, "vanished")).value_or(0),
                .last_error = text_of(member(json, "last_error")).value_or(""),
                .lateness = duration("lateness_ms"),
                .worst_lateness = duration("worst_lateness_ms"),
                .last_write = duration("last_write_ms"),
                .suspended = duration("suspended_ms"),
                .file_error = text_of(member(json, "file_error")).value_or(""),
                .lapse = text_of(member(json, "lapse")).value_or(""),
                .rival = text_of(member(json, "rival")).value_or("")};
}

// nlohmann::json parses without recursion, so that depth costs only memory, and
// that is bounded by the text; what is refused here is refused for the reader's sake.
bool nests_deeper_than(int levels, std::string_view json) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string && c == '\\')
      ++i;
    else if (c == '"')
      in_string = !in_string;
    else if (!in_string && (c == '[' || c == '{')) {
      if (++depth > levels) return true;
    } else if (!in_string && (c == ']' || c == '}'))
      --depth;
  }
  return false;
}

tl::expected<Json, std::string> parse(std::string_view text) {
  if (nests_deeper_than(max_nesting, text)) return tl::unexpected{std::string{"nested too deeply"}};
  // The parser would take a NUL for the end, and a document before it for all there is.
  if (text.find('\0') != text.npos) return tl::unexpected{std::string{"not JSON"}};
  const auto try_parse = [](std::string_view json) {
    return Json::parse(json, nullptr, /*allow_exceptions=*/false);
  };
  auto json = try_parse(text);
  if (json.is_discarded()) json = try_parse(plain_json(text));  // Python wrote it, perhaps
  if (json.is_discarded()) return tl::unexpected{std::string{"not JSON"}};
  return json;
}

}  // namespace

tl::expected<Document, std::string> decode(std::string_view text) {
  if (text.empty()) return tl::unexpected{std::string{"empty value"}};
  if (text.size() > max_document_bytes) return tl::unexpected{std::string{"larger than 64 KiB"}};
  const auto json = parse(text);
  if (!json) return tl::unexpected{json.error()};
  if (!json->is_object()) return tl::unexpected{std::string{"not a JSON object"}};
  if (!json->contains("status")) return tl::unexpected{std::string{"no status"}};
  const auto word = text_of(member(*json, "status"));
  if (!word) return tl::unexpected{std::string{"status is not a string"}};
  const auto status = status_from(*word);
  if (!status) return tl::unexpected{"unknown status '" + *word + "'"};

  const Json& connected = member(*json, "connected");
  return Document{
      .status = *status,
      .reason = text_of(member(*json, "reason")).value_or(""),
      .service = text_of(member(*json, "service")),
      .instance = instance_of(member(*json, "instance")),
      .sequence = count_of(member(*json, "sequence")),
      .interval = duration_of(member(*json, "interval_ms")),
      .ttl = duration_of(member(*json, "ttl_ms")),
      .started_at = time_of(member(*json, "started_at")),
      .written_at = time_of(member(*json, "written_at")),
      .boot = boot_of(member(*json, "boot")),
      .last_activity = time_of(member(*json, "last_activity")),
      .connected = connected.is_boolean() ? std::optional{connected.get<bool>()} : std::nullopt,
      .error_count = count_of(member(*json, "error_count")),
      .processed_count = count_of(member(*json, "processed_count")),
      .reported = reported_of(member(*json, "reported")),
      .checks = checks_of(member(*json, "checks")),
      .writer = writer_of(member(*json, "writer")),
  };
}

}  // namespace heartbeat
