#include "document/document.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace heartbeat;
using namespace std::chrono_literals;
using std::chrono::sys_days;

namespace {

const WallTime quarter_past_nine = sys_days{std::chrono::year{2026} / 11 / 23} + 9h + 15min + 250ms;

CheckReport failed_flag() {
  return {.name = "websocket_connected",
          .severity = Severity::critical,
          .state = CheckState::fail,
          .kind = Kind::flag,
          .value = false,
          .limit = true,
          .since = quarter_past_nine - 42s};
}

Document full_document() {
  return {.status = Status::unhealthy,
          .reason = "websocket_connected is false (critical, 42s)",
          .service = "ingestion",
          .instance = Instance{.host = "a1", .pid = 7, .id = "9f3c2a61b0d4e812"},
          .sequence = 12,
          .interval = 10s,
          .ttl = 60s,
          .started_at = quarter_past_nine - 1h,
          .written_at = quarter_past_nine,
          .boot = Boot{.id = "3b1f", .at = 86400s},
          .last_activity = quarter_past_nine - 5s,
          .connected = false,
          .error_count = 3,
          .processed_count = 92144,
          .refused_messages = 2,
          .reported = Reported{.status = Status::degraded, .reason = "slow"},
          .checks = {failed_flag(),
                     {.name = "flushes",
                      .severity = Severity::warning,
                      .state = CheckState::suppressed,
                      .kind = Kind::count,
                      .value = 1024.0,
                      .comparison = Comparison::less,
                      .limit = 5.0,
                      .value_is_minimum = true,
                      .window = 1h,
                      .clears_in = 1500ms,
                      .since = quarter_past_nine,
                      .would_be = CheckState::fail,
                      .output = "out"}},
          .writer = Writer{.late_beats = 1,
                           .failed_writes = 2,
                           .reconnects = 3,
                           .vanished = 8,
                           .last_error = "x",
                           .lateness = 4ms,
                           .worst_lateness = 5ms,
                           .last_write = 6ms,
                           .suspended = 7ms,
                           .file_error = "z",
                           .lapse = "y",
                           .rival = "host b1, pid 7",
                           .dates_error = "cannot read d"},
          .implementation = "python",
          .version = "0.2.0"};
}

}  // namespace

TEST_CASE("decoding an encoded document gives the same document") {
  const auto decoded = decode(encode(full_document()));
  REQUIRE(decoded);
  CHECK(*decoded == full_document());
}

TEST_CASE("the encoded document begins with the status, then the writer") {
  CHECK(
      encode(full_document())
          .starts_with(R"({"status":"unhealthy","instance":{"host":"a1","pid":7,)"
                       R"("id":"9f3c2a61b0d4e812"},"sequence":12,"interval_ms":10000,"reason":)"));
}

TEST_CASE("the wire text of a small document is exactly as FORMAT.md says") {
  const Document document{.status = Status::healthy,
                          .reason = "1 check passes",
                          .service = "w",
                          .interval = 10s,
                          .ttl = 60s,
                          .written_at = quarter_past_nine,
                          .boot = Boot{.id = "3b1f", .at = 86400s},
                          .error_count = 0,
                          .processed_count = 5,
                          .checks = {{.name = "age",
                                      .severity = Severity::critical,
                                      .state = CheckState::pass,
                                      .kind = Kind::age,
                                      .value = 1.5,
                                      .comparison = Comparison::less,
                                      .limit = 60.0}}};
  CHECK(encode(document) ==
        R"({"status":"healthy","interval_ms":10000,"reason":"1 check passes","service":"w",)"
        R"("ttl_ms":60000,"written_at":"2026-11-23T09:15:00.250Z",)"
        R"("boot":{"id":"3b1f","ms":86400000},"last_activity":null,)"
        R"("connected":null,"error_count":0,"processed_count":5,"checks":{"age":{)"
        R"("severity":"critical","state":"pass","kind":"age","value":1.5,"comparison":"<",)"
        R"("limit":60}}})");
}

TEST_CASE("every status of a foreign document is read, and nothing else is needed") {
  for (const auto* word : {"starting", "healthy", "degraded", "unhealthy"}) {
    const auto document = decode(std::string{R"({"status":")"} + word + R"("})");
    REQUIRE(document);
    CHECK(to_string(document->status) == word);
    CHECK_FALSE(document->ttl);
    CHECK(document->checks.empty());
  }
}

TEST_CASE("the dictionary of a Python service is a document") {
  const auto document =
      decode(R"({"last_activity": "2026-11-23 09:15:00.123456", "connected": false,
      "error_count": 2, "processed_count": 7, "status": "degraded", "rate": NaN, "x": -Infinity,
      "path": "\udc80", "pair": "\ud83d\ude00"})");
  REQUIRE(document);
  CHECK(document->status == Status::degraded);
  CHECK(document->error_count == 2);
  CHECK_FALSE(document->last_activity);
}

TEST_CASE("optional fields of the wrong type count as absent") {
  const auto document = decode(R"({"status":"healthy","reason":5,"instance":"x","ttl_ms":"60",
      "interval_ms":-1,"checks":[1],"sequence":1.5,"connected":"yes","writer":3,"reported":{"status":1}})");
  REQUIRE(document);
  CHECK(*document == Document{.status = Status::healthy});
}

TEST_CASE("a whole number may have a fraction of zero, as Python writes a product with 1000.0") {
  const auto ttl = [](const std::string& number) {
    return decode(R"({"status":"healthy","ttl_ms":)" + number + "}").value().ttl;
  };
  CHECK(ttl("60000.0") == 60s);
  CHECK(ttl("6e4") == 60s);
  CHECK(ttl("0.0") == 0ms);
  CHECK(ttl("9007199254740992.0") == std::chrono::milliseconds{1LL << 53});
  for (const auto* other : {"60000.5", "-60000.0", "1e300", R"("60000")", "-1", "true", "NaN"}) {
    CAPTURE(other);
    CHECK_FALSE(ttl(other));
  }
  const auto counts = decode(R"({"status":"healthy","sequence":5.0,"error_count":2.0,
      "processed_count":7.0,"instance":{"pid":12.0},"writer":{"reconnects":3.0}})");
  REQUIRE(counts);
  CHECK(counts->sequence == 5);
  CHECK(counts->error_count == 2);
  CHECK(counts->processed_count == 7);
  CHECK(counts->instance->pid == 12);
  CHECK(counts->writer->reconnects == 3);
}

TEST_CASE("a reader keeps a hundred checks, and only those with a name of the library") {
  const auto checks = [](const std::vector<std::string>& names) {
    std::string members;
    for (const auto& name : names)
      members += (members.empty() ? "\"" : ",\"") + name +
                 R"(":{"severity":"warning","state":"fail","kind":"flag","comparison":"=="})";
    return decode(R"({"status":"healthy","checks":{)" + members + "}}").value().checks;
  };
  std::vector<std::string> names;
  for (int i = 0; i < 101; ++i) names.push_back("c" + std::to_string(i));
  CHECK(checks(names).size() == 100);
  CHECK(checks(names).back().name == "c99");
  names.pop_back();
  names.insert(names.begin(), {"", "a b", "\\u001b", std::string(65, 'n')});
  CHECK(checks(names).size() == 100);
  CHECK(checks({std::string(64, 'n')}).size() == 1);
}

TEST_CASE("a check without its required members is left out, the others stay") {
  const auto document = decode(R"({"status":"healthy","checks":{"a":{},"b":{"severity":"critical",
      "state":"pass","kind":"flag","comparison":"==","value":true,"limit":true},"c":null}})");
  REQUIRE(document);
  REQUIRE(document->checks.size() == 1);
  CHECK(document->checks.front().name == "b");
}

TEST_CASE("the error says why a text is not a document") {
  const auto nested = [](int depth) {
    const auto n = static_cast<std::size_t>(depth);
    return R"({"status":"healthy","x":)" + std::string(n, '[') + std::string(n, ']') + "}";
  };
  const struct {
    std::string text, complaint;
  } table[] = {
      {"", "empty value"},
      {"OK", "not JSON"},
      {"{", "not JSON"},
      {"{\"status\":\"healthy\"} x", "not JSON"},
      {"{\"status\":\"heal\x01thy\"}", "not JSON"},
      {"{\"status\":\"healthy\",\"x\":\"\xff\"}", "not JSON"},
      {std::string{"{\"status\":\"healthy\"}\0", 21}, "not JSON"},
      {"[]", "not a JSON object"},
      {"\"healthy\"", "not a JSON object"},
      {"null", "not a JSON object"},
      {"{}", "no status"},
      {R"({"status":null})", "status is not a string"},
      {R"({"status":true})", "status is not a string"},
      {R"({"status":["healthy"]})", "status is not a string"},
      {R"({"status":"Healthy"})", "unknown status 'Healthy'"},
      {R"({"status":""})", "unknown status ''"},
      {nested(30'000), "nested too deeply"},
      {std::string(65'537, ' '), "larger than 64 KiB"},
  };
  for (const auto& [text, complaint] : table) {
    CAPTURE(text.substr(0, 40));
    const auto document = decode(text);
    REQUIRE_FALSE(document);
    CHECK(document.error() == complaint);
  }
}

TEST_CASE("nesting is refused above 900 levels, and not at 900") {
  const auto nested = [](std::size_t depth) {
    return R"({"status":"healthy","x":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  CHECK(decode(nested(899)));
  CHECK_FALSE(decode(nested(901)));
}

TEST_CASE("64 KiB are accepted, one byte more is not") {
  std::string text = R"({"status":"healthy"})";
  text.resize(65'536, ' ');
  CHECK(decode(text));
  CHECK_FALSE(decode(text + ' '));
}

TEST_CASE("encoding replaces invalid UTF-8") {
  const auto decoded = decode(encode({.reason = "caf\xe9", .service = "x"}));
  REQUIRE(decoded);
  CHECK(decoded->reason == "caf\xef\xbf\xbd");
}

TEST_CASE("the largest document of a hundred checks stays within 64 KiB") {
  Document document = full_document();
  document.reason = std::string(1000, '"');
  document.writer->lapse = std::string(200, '"');
  document.writer->rival = std::string(200, '"');
  document.writer->dates_error = std::string(200, '"');
  document.checks.clear();
  for (int i = 0; i < 100; ++i) {
    auto check = full_document().checks.back();
    check.name = std::string(61, 'n') + std::to_string(100 + i);
    check.output = std::string(100, '"');
    check.kind = Kind::callback;
    check.value = -1.7976931348623157e308;
    check.limit = -1.7976931348623157e308;
    document.checks.push_back(check);
  }
  CHECK(encode(document).size() <= max_document_bytes);
}

TEST_CASE("NaN is encoded as null") {
  Document document{
      .checks = {{.name = "g", .kind = Kind::gauge, .value = 0.0 / 0.0, .limit = 1.0}}};
  const auto decoded = decode(encode(document));
  REQUIRE(decoded);
  CHECK(decoded->checks.front().value == Value{});
}
