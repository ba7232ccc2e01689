#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "document/document.hpp"
#include "document/text.hpp"
#include "document/time.hpp"

/// The long way to the text of a document, by a tree of JSON values: encode() must make the same.
namespace long_way {

using namespace heartbeat;

using Json = nlohmann::ordered_json;

// Writes a whole number without a fraction: 5, not 5.0.
inline Json number(double value) {
  constexpr double exact = 9007199254740992.0;  // 2^53
  if (!std::isfinite(value)) return nullptr;
  if (std::trunc(value) == value && std::abs(value) <= exact)
    return static_cast<std::int64_t>(value);
  return value;
}

inline Json to_json(const Value& value) {
  if (const auto* truth = std::get_if<bool>(&value)) return *truth;
  if (const auto* measured = std::get_if<double>(&value)) return number(*measured);
  return nullptr;
}

inline Json to_json(const CheckReport& check) {
  Json out = Json::object();
  out["severity"] = to_string(check.severity);
  out["state"] = to_string(check.state);
  if (check.since) out["since"] = format_timestamp(*check.since);
  out["kind"] = to_string(check.kind);
  out["value"] = to_json(check.value);
  if (check.value_is_minimum) out["value_is_minimum"] = true;
  out["comparison"] = to_string(check.comparison);
  out["limit"] = to_json(check.limit);
  if (check.window) out["window_ms"] = check.window->count();
  if (check.clears_in) out["clears_in_ms"] = check.clears_in->count();
  if (check.would_be) out["would_be"] = to_string(*check.would_be);
  if (!check.output.empty()) out["output"] = repair_utf8(check.output);
  return out;
}

inline Json writer_json(const Document& document, const Writer& writer) {
  Json out = Json::object();
  if (!document.implementation.empty())
    out["implementation"] = repair_utf8(document.implementation);
  if (!document.version.empty()) out["version"] = repair_utf8(document.version);
  out["late_beats"] = writer.late_beats;
  out["failed_writes"] = writer.failed_writes;
  out["reconnects"] = writer.reconnects;
  out["vanished"] = writer.vanished;
  out["last_error"] = repair_utf8(writer.last_error);
  out["lateness_ms"] = writer.lateness.count();
  out["worst_lateness_ms"] = writer.worst_lateness.count();
  out["last_write_ms"] = writer.last_write.count();
  out["suspended_ms"] = writer.suspended.count();
  if (!writer.file_error.empty()) out["file_error"] = repair_utf8(writer.file_error);
  if (!writer.lapse.empty()) out["lapse"] = repair_utf8(writer.lapse);
  if (!writer.rival.empty()) out["rival"] = repair_utf8(writer.rival);
  if (!writer.dates_error.empty()) out["dates_error"] = repair_utf8(writer.dates_error);
  return out;
}

inline std::string encode(const CheckReport& check) { return to_json(check).dump(); }

inline std::string encode_writer(const Document& document) {
  return document.writer ? writer_json(document, *document.writer).dump() : "null";
}

inline std::string encode(const Document& document) {
  Json out = Json::object();
  out["status"] = to_string(document.status);
  // First, because the next writer of the key reads only the beginning: see WriterIdentity.
  if (document.instance) {
    Json& instance = out["instance"] = {{"host", repair_utf8(document.instance->host)},
                                        {"pid", document.instance->pid},
                                        {"id", repair_utf8(document.instance->id)}};
    if (const auto& name = document.instance->name; !name.empty())
      instance["name"] = repair_utf8(name);
    const auto add = [&](const char* name, std::optional<std::uint64_t> number) {
      if (number) instance[name] = *number;
    };
    add("start_ticks", document.instance->start_ticks);
    add("pid_namespace", document.instance->pid_namespace);
    add("net_namespace", document.instance->net_namespace);
  }
  if (document.sequence) out["sequence"] = *document.sequence;
  if (document.interval) out["interval_ms"] = document.interval->count();
  out["reason"] = repair_utf8(document.reason);
  if (document.service) out["service"] = repair_utf8(*document.service);
  if (document.ttl) out["ttl_ms"] = document.ttl->count();
  if (document.started_at) out["started_at"] = format_timestamp(*document.started_at);
  if (document.written_at) out["written_at"] = format_timestamp(*document.written_at);
  if (document.boot)
    out["boot"] = {{"id", repair_utf8(document.boot->id)}, {"ms", document.boot->at.count()}};
  out["last_activity"] = nullptr;
  if (document.last_activity) out["last_activity"] = format_timestamp(*document.last_activity);
  out["connected"] = document.connected ? Json(*document.connected) : Json(nullptr);
  if (document.error_count) out["error_count"] = *document.error_count;
  if (document.processed_count) out["processed_count"] = *document.processed_count;
  if (document.refused_messages) out["refused_messages"] = *document.refused_messages;
  if (document.reported)
    out["reported"] = {{"status", to_string(document.reported->status)},
                       {"reason", repair_utf8(document.reported->reason)}};
  if (!document.checks.empty()) {
    Json& checks = out["checks"] = Json::object();
    for (const auto& check : document.checks) checks[check.name] = to_json(check);
  }
  if (document.writer) out["writer"] = writer_json(document, *document.writer);
  return out.dump();
}

}  // namespace long_way
