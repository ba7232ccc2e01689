#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "document/document.hpp"
#include "document/text.hpp"
#include "document/time.hpp"
#include "render/checks.hpp"
#include "render/render.hpp"
#include "render/silences.hpp"

namespace probe {
namespace {

using heartbeat::printable;
using Json = nlohmann::ordered_json;

constexpr std::size_t max_host_bytes = 64;
constexpr std::size_t max_id_bytes = 32;
constexpr std::size_t max_problem_bytes = 200;
// Room for what is said of checks that are left out.
constexpr std::size_t omitted_bytes = 26;

std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json number(std::optional<std::chrono::milliseconds> duration) {
  return duration ? Json(duration->count()) : Json();
}

Json instance(const heartbeat::Instance& instance) {
  return {{"host", printable(instance.host, max_host_bytes)},
          {"pid", instance.pid},
          {"id", printable(instance.id, max_id_bytes)}};
}

/// `"ticks":{...}`: as in the document, and in words.
std::string member_for(const heartbeat::CheckReport& check, const Verdict& verdict) {
  const auto& written_at = verdict.document->written_at;
  const auto words =
      describe(check, written_at, verdict.age.value_or(std::chrono::milliseconds{0}));
  auto shown = check;
  shown.output = printable(check.output);
  auto object = encode(shown);
  object.pop_back();
  return dumped(printable(check.name)) + ':' + object + ",\"text\":" + dumped(printable(words)) +
         '}';
}

std::string writer_of(const heartbeat::Document& document) {
  auto shown = document;
  shown.implementation = printable(document.implementation);
  shown.version = printable(document.version);
  if (auto& writer = shown.writer)
    for (auto* text : {&writer->last_error, &writer->file_error, &writer->lapse, &writer->rival,
                       &writer->dates_error})
      *text = printable(*text);
  return encode_writer(shown);
}

/// The object of one verdict, which can be made shorter.
struct JsonLine {
  Json head;                          ///< the members before the checks
  std::vector<std::string> checks{};  ///< as members, worst first
  std::string tail{};                 ///< further members, each after a comma
  std::string redis{};                ///< the same
  std::size_t omitted_checks = 0, omitted_fields = 0;

  std::string text() const {
    auto out = dumped(head);
    out.back() = ',';
    out += "\"checks\":{";
    for (const auto& check : checks) out.append(&check == checks.data() ? "" : ",").append(check);
    out.append("}").append(tail).append(redis);
    Json omitted;
    if (omitted_checks > 0) omitted["checks"] = omitted_checks;
    if (omitted_fields > 0) omitted["fields"] = omitted_fields;
    if (!omitted.is_null()) out += ",\"omitted\":" + dumped(omitted);
    return out += "}\n";
  }

  void omit_checks(std::size_t excess) {
    for (excess += omitted_checks > 0 ? 0 : omitted_bytes; !checks.empty() && excess > 0;) {
      excess -= std::min(excess, checks.back().size() + 1);
      checks.pop_back();
      ++omitted_checks;
    }
  }

  void cut_text(std::size_t excess) {
    auto& text = head["text"].get_ref<std::string&>();
    const auto bytes = text.size();
    text = heartbeat::truncate(std::move(text), bytes - std::min(excess, bytes));
  }

  void omit_fields() {
    for (const auto* name : {"instance", "sequence", "written_at"})
      if (auto& field = head[name]; !field.is_null()) {
        field = nullptr;
        ++omitted_fields;
      }
    if (!redis.empty()) ++omitted_fields;
    redis.clear();
  }
};

JsonLine line_on(const Verdict& verdict, int exit_status, Passing passing) {
  JsonLine line{.head = {{"service", verdict.service},
                         {"verdict", to_string(verdict.status())},
                         {"reason", to_string(verdict.reason)},
                         {"exit", exit_status},
                         {"text", printable(verdict.text)},
                         {"age_ms", number(verdict.age)},
                         {"max_age_ms", number(verdict.limit)},
                         {"status", nullptr},
                         {"instance", nullptr},
                         {"sequence", nullptr},
                         {"written_at", nullptr}}};
  if (const auto& document = verdict.document) {
    line.head["status"] = to_string(document->status);
    if (const auto& writer = document->instance) line.head["instance"] = instance(*writer);
    if (const auto& sequence = document->sequence) line.head["sequence"] = *sequence;
    if (const auto& time = document->written_at)
      line.head["written_at"] = heartbeat::format_timestamp(*time);
    for (const auto* check : worst_first(document->checks)) {
      if (passing == Passing::counted && check->state == heartbeat::CheckState::pass)
        ++line.omitted_checks;
      else
        line.checks.push_back(member_for(*check, verdict));
    }
  }
  if (!verdict.file.empty()) line.tail = ",\"source\":\"file\"";
  if (verdict.silence) line.tail += ",\"silenced\":" + silence_json(*verdict.silence);
  if (const auto& problem = verdict.redis_problem)
    line.redis = ",\"redis\":" + dumped({{"reason", to_string(problem->reason)},
                                         {"text", printable(problem->what, max_problem_bytes)}});
  return line;
}

}  // namespace

std::string json_line(const Verdict& verdict, int exit_status, std::size_t bytes, Passing passing) {
  auto line = line_on(verdict, exit_status, passing);
  auto text = line.text();
  const auto excess = [&] { return text.size() - std::min(text.size(), bytes); };
  if (excess() > 0) {
    line.omit_checks(excess());
    text = line.text();
  }
  if (excess() > 0) {
    line.cut_text(excess());
    text = line.text();
  }
  if (excess() > 0) {
    line.omit_fields();
    text = line.text();
  }
  return text;
}

std::string json_in_full(const Verdict& verdict, int exit_status) {
  auto line = line_on(verdict, exit_status, Passing::shown);
  if (const auto& document = verdict.document) {
    if (const auto& time = document->started_at)
      line.tail += ",\"started_at\":" + dumped(heartbeat::format_timestamp(*time));
    if (document->writer) line.tail += ",\"writer\":" + writer_of(*document);
  }
  return line.text();
}

std::string json_count(const Counts& omitted) {
  auto counts = Json::object();
  for (auto i = omitted.size(); i-- > 0;)
    if (omitted[i] != 0) counts[std::string{to_string(static_cast<HealthStatus>(i))}] = omitted[i];
  return dumped({{"omitted", counts}}) + "\n";
}

}  // namespace probe
