#include "document/document.hpp"
#include "document/json_text.hpp"

// Every beat writes a document: its text is made directly, without a tree of JSON values. A test
// and a fuzzer compare it with the text that the JSON library makes of such a tree.
namespace heartbeat {
namespace {

void add_members(const CheckReport& check, JsonText& text) {
  text.add(R"("severity":)", to_string(check.severity));
  text.add(R"("state":)", to_string(check.state));
  text.add(R"("since":)", check.since);
  text.add(R"("kind":)", to_string(check.kind));
  text.add(R"("value":)", check.value);
  if (check.value_is_minimum) text.add(R"("value_is_minimum":)", true);
  text.add(R"("comparison":)", to_string(check.comparison));
  text.add(R"("limit":)", check.limit);
  text.add(R"("window_ms":)", check.window);
  text.add(R"("clears_in_ms":)", check.clears_in);
  if (check.would_be) text.add(R"("would_be":)", to_string(*check.would_be));
  text.add_unless_empty(R"("output":)", check.output);
}

void add_members(const Document& document, const Writer& writer, JsonText& text) {
  text.add_unless_empty(R"("implementation":)", document.implementation);
  text.add_unless_empty(R"("version":)", document.version);
  text.add(R"("late_beats":)", writer.late_beats);
  text.add(R"("failed_writes":)", writer.failed_writes);
  text.add(R"("reconnects":)", writer.reconnects);
  text.add(R"("vanished":)", writer.vanished);
  text.add(R"("last_error":)", writer.last_error);
  text.add(R"("lateness_ms":)", writer.lateness);
  text.add(R"("worst_lateness_ms":)", writer.worst_lateness);
  text.add(R"("last_write_ms":)", writer.last_write);
  text.add(R"("suspended_ms":)", writer.suspended);
  text.add_unless_empty(R"("file_error":)", writer.file_error);
  text.add_unless_empty(R"("lapse":)", writer.lapse);
  text.add_unless_empty(R"("rival":)", writer.rival);
  text.add_unless_empty(R"("dates_error":)", writer.dates_error);
}

void add_members(const Instance& instance, JsonText& text) {
  text.add(R"("host":)", instance.host);
  text.add(R"("pid":)", instance.pid);
  text.add(R"("id":)", instance.id);
  text.add_unless_empty(R"("name":)", instance.name);
  text.add(R"("start_ticks":)", instance.start_ticks);
  text.add(R"("pid_namespace":)", instance.pid_namespace);
  text.add(R"("net_namespace":)", instance.net_namespace);
}

void add_members(const Document& document, JsonText& text) {
  text.add(R"("status":)", to_string(document.status));
  // First, because the next writer of the key reads only the beginning: see WriterIdentity.
  if (document.instance) {
    text.begin(R"("instance":)");
    add_members(*document.instance, text);
    text.end();
  }
  text.add(R"("sequence":)", document.sequence);
  text.add(R"("interval_ms":)", document.interval);
  text.add(R"("reason":)", document.reason);
  text.add(R"("service":)", document.service);
  text.add(R"("ttl_ms":)", document.ttl);
  text.add(R"("started_at":)", document.started_at);
  text.add(R"("written_at":)", document.written_at);
  if (document.boot) {
    text.begin(R"("boot":)");
    text.add(R"("id":)", document.boot->id);
    text.add(R"("ms":)", document.boot->at);
    text.end();
  }
  text.add_or_null(R"("last_activity":)", document.last_activity);
  text.add_or_null(R"("connected":)", document.connected);
  text.add(R"("error_count":)", document.error_count);
  text.add(R"("processed_count":)", document.processed_count);
  text.add(R"("refused_messages":)", document.refused_messages);
  if (document.reported) {
    text.begin(R"("reported":)");
    text.add(R"("status":)", to_string(document.reported->status));
    text.add(R"("reason":)", document.reported->reason);
    text.end();
  }
  if (!document.checks.empty()) {
    text.begin(R"("checks":)");
    for (const auto& check : document.checks) {
      text.begin_foreign(check.name);
      add_members(check, text);
      text.end();
    }
    text.end();
  }
  if (document.writer) {
    text.begin(R"("writer":)");
    add_members(document, *document.writer, text);
    text.end();
  }
}

/// Replaces the text by one object.
template <typename... Parts>
void write_object(std::string& out, const Parts&... parts) {
  out.clear();
  JsonText text{out};
  text.begin();
  add_members(parts..., text);
  text.end();
  out.pop_back();
}

}  // namespace

std::string encode(const CheckReport& check) {
  std::string text;
  write_object(text, check);
  return text;
}

std::string encode_writer(const Document& document) {
  std::string text{"null"};
  if (document.writer) write_object(text, document, *document.writer);
  return text;
}

void encode(const Document& document, std::string& text) { write_object(text, document); }

std::string encode(const Document& document) {
  std::string text;
  encode(document, text);
  return text;
}

}  // namespace heartbeat
