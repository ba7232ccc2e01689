#include "document/document.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>

using namespace heartbeat;
using namespace std::chrono_literals;

namespace {

const WriterIdentity of_a1{.instance = Instance{.host = "a1", .pid = 7, .id = "9f3c2a61b0d4e812"},
                           .sequence = 12,
                           .interval = 10s};

Document document_of(const WriterIdentity& identity) {
  return {.status = Status::unhealthy,
          .reason = identity.farewell ? "stopped" : "a is false (critical, 1s)",
          .service = "s",
          .instance = identity.instance,
          .sequence = identity.sequence,
          .interval = identity.interval};
}

}  // namespace

TEST_CASE("our documents show their writer, and whether they are its last") {
  CHECK(read_writer_identity(encode(document_of(of_a1))) == of_a1);
  auto last = of_a1;
  last.farewell = true;
  CHECK(read_writer_identity(encode(document_of(last))) == last);
  auto healthy = document_of(last);
  healthy.status = Status::healthy;
  CHECK_FALSE(read_writer_identity(encode(healthy)).farewell);
  healthy.interval = no_next_beat;
  CHECK(read_writer_identity(encode(healthy)).farewell);
  healthy.interval = 1ms;
  CHECK_FALSE(read_writer_identity(encode(healthy)).farewell);
}

TEST_CASE("the longest host name and the largest numbers fit into the beginning that is read") {
  for (const char c : {'\x01', '"', '\xff', 'h'}) {
    CAPTURE(static_cast<int>(c));
    const WriterIdentity longest{
        .instance = Instance{.host = std::string(64, c),
                             .pid = std::numeric_limits<std::int64_t>::max(),
                             .id = std::string(16, 'f'),
                             .start_ticks = std::numeric_limits<std::uint64_t>::max(),
                             .pid_namespace = std::numeric_limits<std::uint32_t>::max(),
                             .net_namespace = std::numeric_limits<std::uint32_t>::max()},
        .sequence = std::numeric_limits<std::uint64_t>::max(),
        .interval = 1h,
        .farewell = true};
    const auto text = encode(document_of(longest));
    const auto read = read_writer_identity(std::string_view{text}.substr(0, 700));
    CHECK(read.instance->host.size() >= 64);
    CHECK(read.instance->id == longest.instance->id);
    CHECK(read.sequence == longest.sequence);
    CHECK(read.interval == longest.interval);
    CHECK(read.farewell);
  }
  static_assert(identity_bytes >= 700);
}

TEST_CASE("wherever a document is cut, a field is read correctly or is absent") {
  auto last = of_a1;
  last.farewell = true;
  const auto text = encode(document_of(last));
  std::size_t whole = 0;
  for (std::size_t size = 0; size <= text.size(); ++size) {
    CAPTURE(size);
    const auto read = read_writer_identity(std::string_view{text}.substr(0, size));
    if (read.instance) CHECK(read.instance == last.instance);
    if (read.sequence) CHECK(read.sequence == last.sequence);
    if (read.interval) CHECK(read.interval == last.interval);
    if (read == last) ++whole;
  }
  CHECK(whole > 0);
  CHECK(whole < text.size());
}

TEST_CASE("of foreign documents, the valid fields are read") {
  const Instance b1{.host = "b1", .pid = -1, .id = "x"};
  const struct {
    std::string text;
    WriterIdentity identity;
  } table[] = {
      {"", {}},
      {"OK", {}},
      {"7", {}},
      {"[]", {}},
      {"[{\"instance\":{}}]", {}},
      {"\"instance\"", {}},
      {R"({"status": "healthy"})", {}},
      {R"({"status":"unhealthy","reason":"stopped"})", {.farewell = true}},
      {R"({"reason":"stopped","status":"unhealthy"})", {.farewell = true}},
      {R"({"status":"unhealthy","reason":"stopped working"})", {}},
      {R"({"reason":{"status":"unhealthy","reason":"stopped"}})", {}},
      {R"({ "a": {"instance": {"host": "no"}}, "instance" : {"id":"x", "more": {"host": "no"},
          "host":"b1", "pid": -1 } })",
       {.instance = b1}},
      {R"({"instance":{"host":"b1","id":"x","pid":-1},"sequence":5})",
       {.instance = b1, .sequence = 5}},
      {R"({"instance":{"host":"b1","id":"x","pid":-1},"sequence":-5,"interval_ms":1.5})",
       {.instance = b1}},
      {R"({"instance":{"host":"b1","id":"x","pid":-1},"interval_ms":18446744073709551615})",
       {.instance = b1}},
      {R"({"instance":{"host":"b1","id":"x","pid":-1},"sequence":1e999})", {.instance = b1}},
      {R"({"instance":{"host":["no"],"id":7,"pid":18446744073709551615}})",
       {.instance = Instance{}}},
      {R"({"instance":[{"host":"no"}],"id":["no"]})", {}},
      {R"({"instance":"b1"})", {}},
      {R"({"instance":null})", {}},
      {R"({"rate":NaN,"instance":{"host":"b1"}})", {}},
      {R"({"instance":{"host":"\ud800"}})", {}},
      {"{\"instance\":{\"host\":\"\xff\"}}", {}},
      {std::string{"{\"a\":1}\0{\"instance\":{}}", 23}, {}},
      {"{\"a\":" + std::string(1'000, '['), {}},
      {std::string(1'000, '{'), {}},
  };
  for (const auto& [text, identity] : table) {
    CAPTURE(text.substr(0, 80));
    CHECK((read_writer_identity(text) == identity));
  }
}
