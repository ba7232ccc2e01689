#include "core/file.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "document/json_value.hpp"
#include "document/names.hpp"
#include "document/time.hpp"

namespace probe {
namespace {

using heartbeat::Document;
using std::chrono::milliseconds;
using namespace std::chrono_literals;

// From written_at to the file's mtime; more means that the file was touched or copied.
constexpr milliseconds max_write_time{2000};

std::optional<milliseconds> age_by_boot(const Document& beat, const FileContent& file,
                                        const FileTime& now) {
  if (!beat.boot || !now.boot || beat.boot->id != now.boot->id || !beat.written_at)
    return std::nullopt;
  const auto touched = std::chrono::abs(file.modified - *beat.written_at) > max_write_time;
  const auto age = now.boot->at - beat.boot->at;
  return touched || age < 0ms ? std::nullopt : std::optional{age};
}

// A replica's document names its service and, in its instance, the replica.
bool belongs_to(const Document& document, std::string_view name) {
  const auto [service, replica] = heartbeat::split_member(name);
  return document.service == service &&
         (replica.empty() || (document.instance && document.instance->name == replica));
}

Verdict judge_content(Verdict verdict, const FileContent& file, const FileReading& reading,
                      const AcceptancePolicy& acceptance) {
  const auto& path = reading.path;
  const auto conclude = [&](Reason reason, std::string text) {
    return with_reason(std::move(verdict), reason, std::move(text));
  };
  if (file.text.size() > heartbeat::max_document_bytes)
    return conclude(Reason::too_large, path + " is larger than 64 KiB");
  const auto json = heartbeat::parse_json(file.text);
  auto document = json.and_then([](const auto& read) { return heartbeat::decode(read); });
  if (!document) return conclude(Reason::malformed, path + ": " + document.error());
  if (document->service && !belongs_to(*document, verdict.service))
    return conclude(Reason::foreign_service,
                    path + " holds the document of " + owner_of(*document));
  verdict.document = std::make_shared<const Document>(std::move(*document));
  const auto& beat = *verdict.document;
  const auto by_file = reading.time.wall - file.modified;
  verdict.age = age_by_boot(beat, file, reading.time);
  if (!verdict.age && by_file >= -max_write_time) verdict.age = std::max(0ms, by_file);
  verdict.limit = limit_of_age(beat.interval, beat.ttl, acceptance);
  if (!verdict.limit) verdict.limit = beat.ttl ? beat.ttl : acceptance.ttl;
  if (!verdict.limit)
    return conclude(Reason::no_expiry,
                    path +
                        " has no interval_ms or ttl_ms, and there is no --max-age: it would "
                        "outlive its writer" +
                        last_status(beat, verdict.age.value_or(0ms)));
  if (!verdict.age)
    return conclude(Reason::age_unknown,
                    path + " was changed " + heartbeat::format_duration(-by_file) +
                        " in the future: its age cannot be told" + last_status(beat, 0ms));
  return judge_beat(std::move(verdict), *json, acceptance, {});
}

/// Whether the document, which may say anything of its service, is a recent one of this boot.
bool proves_life(const Verdict& by_file, const FileReading& reading) {
  const auto* content = std::get_if<FileContent>(&reading.found);
  return content != nullptr && by_file.document && by_file.reason >= Reason::expect &&
         owner_of(*by_file.document) == by_file.service &&
         age_by_boot(*by_file.document, *content, reading.time).has_value();
}

}  // namespace

Verdict judge(const std::string& service, const FileReading& reading,
              const AcceptancePolicy& acceptance) {
  Verdict verdict{.service = service, .file = reading.path};
  if (const auto* content = std::get_if<FileContent>(&reading.found))
    return judge_content(std::move(verdict), *content, reading, acceptance);
  if (const auto* other = std::get_if<NoRegularFile>(&reading.found))
    return with_reason(std::move(verdict), Reason::wrong_type, reading.path + " is " + other->what);
  if (const auto* problem = std::get_if<Problem>(&reading.found))
    return with_reason(std::move(verdict), problem->reason, problem->what);
  return with_reason(std::move(verdict), Reason::missing, "no file " + reading.path);
}

std::optional<std::string> service_in(const FileReading& reading) {
  const auto* content = std::get_if<FileContent>(&reading.found);
  if (content == nullptr) return std::nullopt;
  std::optional<std::string> name;
  if (const auto header = heartbeat::scan_healthy(content->text))
    name = header->service;
  else if (const auto document = heartbeat::decode(content->text))
    name = document->service;
  return name && heartbeat::is_service_name(*name) ? name : std::nullopt;
}

Verdict fall_back(Verdict by_redis, const FileReading& reading,
                  const AcceptancePolicy& acceptance) {
  const bool is_missing = by_redis.reason == Reason::missing;
  const bool has_no_beat = is_missing || by_redis.reason == Reason::stale;
  if (!has_no_beat && !is_redis_trouble(by_redis.reason)) return by_redis;
  auto by_file = judge(by_redis.service, reading, acceptance);
  if (has_no_beat && !proves_life(by_file, reading)) return by_redis;
  if (!by_file.document) {
    by_redis.text += "; " + by_file.text;
    return by_redis;
  }
  if (has_no_beat)
    by_file.text = (is_missing ? "Redis has " : "Redis: ") + by_redis.text + "; by " +
                   by_file.file + ": " + by_file.text;
  else
    by_file.text += fmt::format(" (from {}; Redis: {})", by_file.file, by_redis.text);
  by_file.redis_problem = Problem{by_redis.reason, std::move(by_redis.text)};
  return by_file;
}

}  // namespace probe
