#include "document/document.hpp"

#include <doctest/doctest.h>

#include <string>

#include "header_agrees.hpp"

using heartbeat::HealthyHeader;
using heartbeat::scan_healthy;
using heartbeat::Status;
using namespace std::chrono_literals;

namespace {

/// Whether scan_healthy() says nothing, or the same as decode().
bool agree(const std::string& text) {
  const auto header = scan_healthy(text);
  const auto document = heartbeat::decode(text);
  return !header || (document && header_agrees(*header, *document));
}

/// A healthy document with this member.
std::string with(std::string_view member) {
  return R"({"status":"healthy",)" + std::string{member} + "}";
}

std::string nested(int levels) {
  const auto count = static_cast<std::size_t>(levels);
  return with(R"("a":)" + std::string(count, '[') + std::string(count, ']'));
}

}  // namespace

TEST_CASE("documents of our writers are scanned") {
  heartbeat::Document document{.status = Status::healthy,
                               .reason = "1 check passes",
                               .service = "a",
                               .instance = heartbeat::Instance{.host = "h",
                                                               .pid = 12,
                                                               .id = "f00",
                                                               .name = "1",
                                                               .start_ticks = 5,
                                                               .pid_namespace = 4026531836,
                                                               .net_namespace = 4026531833},
                               .interval = 10s,
                               .ttl = 60s};
  document.checks.push_back({.name = "rate", .value = -1.25, .limit = 1e9, .output = "so"});
  document.writer.emplace();
  CHECK(scan_healthy(heartbeat::encode(document)) == HealthyHeader{.summary = "1 check passes",
                                                                   .service = "a",
                                                                   .instance = "1",
                                                                   .interval = 10s,
                                                                   .ttl = 60s});
  CHECK(scan_healthy(R"({"status":"healthy"})") == HealthyHeader{});
  CHECK(scan_healthy(R"( { "ttl_ms" : 5 , "status": "healthy" } )") == HealthyHeader{.ttl = 5ms});
}

TEST_CASE("a valid document in another form is left to decode()") {
  for (const auto& text : {with(R"("a":"\u00e9")"),
                           with(R"("a":"\"so\"")"),
                           with("\n\"a\":\t1"),
                           with(R"("a":1e3)"),
                           with(R"("a":1E3)"),
                           with(R"("a":1234567890123456)"),
                           with(R"("a":0.1234567890123456)"),
                           with(R"("interval_ms":null)"),
                           with(R"("interval_ms":-1)"),
                           with(R"("ttl_ms":"5")"),
                           with(R"("ttl_ms":5.0)"),
                           with(R"("ttl_ms":5,"ttl_ms":6)"),
                           nested(17),
                           with(R"("reason":5)"),
                           with(R"("reason":"a\"b")"),
                           with(R"("reason":"","reason":"a")"),
                           with(R"("checks":{"a":{}})"),
                           with(R"("reason":"","checks":{})"),
                           with(R"("reported":{"status":"healthy","reason":"a"})"),
                           with(R"("instance":null)"),
                           with(R"("instance":{"host":"a"},"instance":{})"),
                           with(R"("instance":{"name":7})"),
                           with(R"("instance":{"name":"a","name":"b"})"),
                           with(R"("service":null)"),
                           std::string{R"({"status":"healthy","status":"healthy"})"}}) {
    CAPTURE(text);
    CHECK(heartbeat::decode(text).has_value());
    CHECK_FALSE(scan_healthy(text).has_value());
  }
}

TEST_CASE("a text of nearly too many values is left to decode()") {
  const auto with_elements = [](int count) {
    std::string text = R"("a":[0)";
    for (int i = 1; i < count; ++i) text += ", 0";
    return with(text + ']');
  };
  CHECK(scan_healthy(with_elements(4'093)).has_value());
  CHECK(heartbeat::decode(with_elements(4'093)).has_value());
  CHECK_FALSE(scan_healthy(with_elements(4'094)).has_value());
  CHECK_FALSE(heartbeat::decode(with_elements(4'094)).has_value());
}

TEST_CASE("plain JSON up to the limits is scanned") {
  for (const auto& text :
       {with(R"("a":[],"b":{},"c":[1,{"d":[true,false,null]}])"), with(R"("a":123456789012345)"),
        with(R"("a":-0.123456789012345)"), with("\"a\":\" ~\x7f\""), with(R"("":0)"), nested(15),
        with("\"\u00e9\":\"\xc2\x80\u65e5\U0001f600\""), with("\"reason\":\"\u00e9\""),
        with("\"service\":\"\u00e9\",\"instance\":{\"name\":\"\u65e5\"}"),
        std::string{R"({"status":"healthy"})"} + std::string(500, ' ')}) {
    CAPTURE(text);
    CHECK(scan_healthy(text).has_value());
    CHECK(agree(text));
  }
}

TEST_CASE("a text that is not a healthy document is refused") {
  std::string nul = with(R"("a":0)");
  nul.insert(1, 1, '\0');
  for (const auto& text :
       {std::string{},
        std::string{"{"},
        std::string{"{}"},
        std::string{"[]"},
        std::string{"\"healthy\""},
        std::string{R"({"status":"well"})"},
        std::string{R"({"status":"well","status":"healthy"})"},
        std::string{R"({"status":1})"},
        std::string{R"({"status":"starting"})"},
        std::string{R"({"status":"degraded"})"},
        std::string{R"({"status":"unhealthy"})"},
        std::string{R"({"status":"healthy"}x)"},
        std::string{R"({"status":"healthy",})"},
        std::string{R"({"status":"healthy")"},
        std::string{R"({"status" "healthy"})"},
        std::string{R"({"checks":{"status":"healthy"}})"},
        nul,
        with(R"("a":[1,])"),
        with(R"("a":[1)"),
        with(R"("a":01)"),
        with(R"("a":-)"),
        with(R"("a":1.)"),
        with(R"("a":.5)"),
        with(R"("a":+1)"),
        with(R"("a":tru)"),
        with(R"("a":NaN)"),
        with(R"("a":"\x")"),
        with("\"a\":\"\n\""),
        with("\"a\":\"\x80\""),
        with("\"a\":\"\xc3\""),
        with("\"a\":\"\xc3\"\xa9"),
        with("\"a\":\"\xc0\xaf\""),
        with("\"a\":\"\xed\xa0\x80\""),
        with("\"a\":\"\xf4\x90\x80\x80\""),
        with("\"a\":0\u00e9"),
        with(R"("a":"b)"),
        with(R"("a":"\)"),
        with(R"("a":1 2)"),
        with(R"(a:1)"),
        with(R"("ttl_ms":)"),
        nested(901),
        with("\"a\":\"" + std::string(heartbeat::max_document_bytes, 'x') + "\"")}) {
    CAPTURE(text);
    CHECK_FALSE(scan_healthy(text).has_value());
  }
}

TEST_CASE(
    "a document that is cut short or has a changed byte is never read differently from decode()") {
  const auto whole = heartbeat::encode({.status = Status::healthy,
                                        .reason = "1 \"check\"",
                                        .interval = 10s,
                                        .ttl = 60s,
                                        .checks = {{.name = "rate", .value = 1.5, .limit = true}}});
  for (std::size_t i = 0; i < whole.size(); ++i) {
    CHECK_FALSE(scan_healthy(whole.substr(0, i)).has_value());
    for (const char c : std::string_view{"\0\"\\{}[],:0e.-u \x80\xc3\xa9", 18}) {
      auto changed = whole;
      changed[i] = c;
      CAPTURE(changed);
      CHECK(agree(changed));
    }
  }
}
