#include "document/json_value.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <string>

#include "document/document.hpp"

using heartbeat::JsonValue;
using heartbeat::parse_beginning;
using heartbeat::parse_json;
using heartbeat::strict_json;

namespace {

/// A healthy document whose member `object` has this many members, none a valid check.
std::string with_members(int count, std::string_view object) {
  std::string text = R"({"status":"healthy",")" + std::string{object} + "\":{";
  for (int i = 0; i < count; ++i) text += '"' + std::to_string(10'000 + i) + "\":0,";
  return text + R"("last":0}})";
}

constexpr std::array<std::string_view, 2> a_and_b{"a", "b"};

std::clock_t cost_of_decoding(const std::string& text) {
  auto least = std::clock_t{1} << 30;
  for (int i = 0; i < 7; ++i) {
    const auto began = std::clock();
    CHECK(heartbeat::decode(text));
    least = std::min(least, std::clock() - began);
  }
  return least;
}

}  // namespace

TEST_CASE("every type of JSON is kept, members and elements in their order") {
  const auto json =
      parse_json(R"({"b":[null,true,-1,1,1.5,"x"],"a":{"c":18446744073709551615}})").value();
  const auto* object = json.get_if<JsonValue::Members>();
  REQUIRE(object != nullptr);
  CHECK(object->at(0).first == "b");
  CHECK(object->at(1).first == "a");
  const auto& list = *json.find("b")->get_if<JsonValue::Elements>();
  REQUIRE(list.size() == 6);
  CHECK(list[0].get_if<std::nullptr_t>() != nullptr);
  CHECK(*list[1].get_if<bool>());
  CHECK(*list[2].get_if<std::int64_t>() == -1);
  CHECK(*list[3].get_if<std::uint64_t>() == 1);
  CHECK(*list[4].get_if<double>() == 1.5);
  CHECK(*list[5].get_if<std::string>() == "x");
  CHECK(list[2].number() == -1);
  CHECK(json.find("a")->find("c")->number() == 18446744073709551615.0);
  CHECK_FALSE(list[5].number());
  CHECK(list[5].find("x") == nullptr);
  CHECK(json.find("c") == nullptr);
}

TEST_CASE("of members with the same name the last counts, as in Python") {
  CHECK(parse_json(R"({"a":1,"b":2,"a":3})")->find("a")->number() == 3);
  const auto document = heartbeat::decode(
      R"({"status":"degraded","status":"healthy","service":"a","service":5,"checks":{
      "a":{"severity":"critical","state":"fail","kind":"flag","comparison":"=="},
      "b":{"severity":"critical","state":"fail","kind":"flag","comparison":"=="},
      "a":{"severity":"warning","state":"pass","kind":"flag","comparison":"=="},"b":null}})");
  REQUIRE(document);
  CHECK(document->status == heartbeat::Status::healthy);
  CHECK_FALSE(document->service);
  REQUIRE(document->checks.size() == 1);
  CHECK(document->checks.front().severity == heartbeat::Severity::warning);
}

TEST_CASE("with names only their members are kept, the last of each, and no elements") {
  const auto json = parse_json(R"({"x":{"a":1},"a":1,"b":[1,[2],{"a":3}],"y":[{"a":5}],"z":[[]],
      "a":{"c":{"d":{"e":4},"f":[5],"g":6},"h":[[7]],"i":8}})",
                               a_and_b)
                        .value();
  REQUIRE(json.get_if<JsonValue::Members>()->size() == 2);
  CHECK(json.find("b")->get_if<JsonValue::Elements>()->empty());
  const auto& a = *json.find("a");
  CHECK(a.find("i")->number() == 8);
  CHECK(a.find("h")->get_if<JsonValue::Elements>()->empty());
  const auto& c = *a.find("c");
  CHECK(c.find("g")->number() == 6);
  CHECK(c.find("f")->get_if<JsonValue::Elements>()->empty());
  CHECK(c.find("d")->get_if<JsonValue::Members>()->empty());
  CHECK(parse_json("[1,[2]]", a_and_b)->get_if<JsonValue::Elements>()->empty());
  CHECK(parse_json("5", a_and_b)->number() == 5);
  SUBCASE("and other text is refused as without") {
    const std::string deep(heartbeat::max_nesting, '[');
    for (const auto& text : {std::string{R"({"x":[1,]})"}, std::string{R"({"x":{"a"}})"},
                             std::string{R"({"x":[[0],[0])"}, R"({"x":)" + deep}) {
      CAPTURE(text);
      const auto refused = parse_json(text, a_and_b);
      REQUIRE_FALSE(refused);
      CHECK(refused.error() == parse_json(text).error());
    }
  }
}

TEST_CASE("a document has at most 4,096 values, itself and those that nobody asks for counted") {
  const std::string head = R"({"status":"healthy",)";
  const auto filled = [](int count, std::string_view value) {
    std::string text;
    for (int i = 0; i < count; ++i) text.append(i == 0 ? "" : ",").append(value);
    return text;
  };
  // Each list has two values beside: the document and its status.
  const auto in_a_list = [&](int count, std::string_view value) {
    return head + R"("x":[)" + filled(count - 3, value) + "]}";
  };
  for (const std::string_view value :
       {"0", "-1", "1.5", "true", "null", "NaN", R"("a")", "[]", "{}"}) {
    CAPTURE(value);
    CHECK(heartbeat::decode(in_a_list(4'096, value)));
    CHECK(heartbeat::decode(in_a_list(4'097, value)).error() == "more than 4096 values");
  }
  const auto in_an_object = [&](std::string_view name, int count) {
    return head + '"' + std::string{name} + R"(":{)" + filled(count - 3, R"("a":0)") + "}}";
  };
  for (const std::string_view name : {"x", "checks", "writer"}) {
    CAPTURE(name);
    CHECK(heartbeat::decode(in_an_object(name, 4'096)));
    CHECK(heartbeat::decode(in_an_object(name, 4'097)).error() == "more than 4096 values");
  }
  CHECK(heartbeat::decode(head + filled(4'094, R"("a":0)") + "}"));
  CHECK_FALSE(heartbeat::decode(head + filled(4'095, R"("a":0)") + "}"));
  CHECK(parse_json("[" + filled(4'095, "0") + "]"));
  CHECK_FALSE(parse_json("[" + filled(4'096, "0") + "]"));
  SUBCASE("and the reader stops at the first too many") {
    CHECK(parse_json("[" + filled(4'096, "0") + "x").error() == "more than 4096 values");
    CHECK(parse_json("[" + filled(4'095, "0") + "x").error() == "not JSON");
    CHECK(strict_json(filled(4'097, "NaN")) == filled(4'097, "null"));
    CHECK(strict_json(filled(4'098, "NaN")) == filled(4'097, "null") + ",NaN");
  }
  SUBCASE("and names are no values") {
    CHECK(heartbeat::decode(head + R"("x":[)" + filled(2'046, R"({"a":0})") + "]}"));
  }
}

TEST_CASE("the beginning of an object is read up to the cut") {
  const auto read = [](std::string_view text) { return parse_beginning(text, a_and_b); };
  CHECK(read(R"({"a":1,"b":{"c":2},"b")").find("a")->number() == 1);
  CHECK(read(R"({"a":1,"b":{"c":2)").find("b") == nullptr);
  CHECK(read(R"({"a":12)").find("a")->get_if<std::nullptr_t>() != nullptr);
  CHECK(read(R"({"a":"12)").find("a")->get_if<std::nullptr_t>() != nullptr);
  CHECK(read(R"([{"a":1)").find("a") == nullptr);
  CHECK(read("").find("a") == nullptr);
  SUBCASE("and no further than it takes to have all names") {
    CHECK(read(R"({"b":1,"a":2,"c":3})").find("c") == nullptr);
    CHECK(read(R"({"b":1,"c":3,"a":2})").find("a")->number() == 2);
  }
}

TEST_CASE("four times as many members cost about four times as much, never sixteen times") {
  for (const std::string object : {"checks", "other"}) {
    CAPTURE(object);
    const auto few = cost_of_decoding(with_members(1'000, object));
    const auto many = cost_of_decoding(with_members(4'000, object));
    CHECK(many < 9 * few);
  }
}

TEST_CASE("non-standard JSON of Python becomes JSON, strings stay unchanged") {
  const struct {
    std::string_view text, plain;
  } table[] = {{R"({"a":NaN,"b":[Infinity,-Infinity]})", R"({"a":null,"b":[null,null]})"},
               {R"({"NaN":"NaN \" NaN","x":NaN})", R"({"NaN":"NaN \" NaN","x":null})"},
               {R"("\ud83d\ude00")", R"("\ud83d\ude00")"},
               {R"("\ud83d")", "\"\ufffd\""},
               {R"("\ude00\ud83dx")", "\"\ufffd\ufffdx\""},
               {R"("\ud83d\ud83d\ude00")", "\"\ufffd\\ud83d\\ude00\""},
               {R"("\\ud83d")", R"("\\ud83d")"},
               {R"([1e400, -1E+999, 1e308, 12, 1e-5])", R"([null, null, 1e308, 12, 1e-5])"},
               {R"([0.1e309, 10e307, 10e308, 1.8e308])", R"([0.1e309, 10e307, null, null])"},
               {R"([9e308, 1e309, 1e99, 1E+99, 1e099])", R"([null, null, 1e99, 1E+99, 1e099])"},
               {R"([1e400e, 1e, e, -, true, -Infinity])", R"([nulle, 1e, e, -, true, null])"},
               {R"("\u12)", R"("\u12)"},
               {R"("\)", R"("\)"}};
  for (const auto& [text, plain] : table) CHECK(strict_json(text) == plain);
  CHECK(strict_json(std::string(309, '1')) == std::string(309, '1'));
  CHECK(strict_json(std::string(309, '9')) == "null");
  CHECK(strict_json(std::string(60'000, '9')) == "null");
  CHECK(strict_json(std::string(209, '9') + "e99") == std::string(209, '9') + "e99");
  CHECK(strict_json(std::string(210, '9') + "e99") == "null");
  CHECK(strict_json(std::string(8, '9') + ".5e300") == std::string(8, '9') + ".5e300");
  CHECK(strict_json(std::string(9, '9') + ".5e+300") == "null");
  CHECK(strict_json(std::string(400, '9') + "e-92") == std::string(400, '9') + "e-92");
  CHECK(strict_json(std::string(400, '9') + "e-91") == "null");
}

TEST_CASE(
    "numbers that Python writes and JSON has not are null, and so are those beyond a double") {
  const auto is_null = [](std::string_view text) {
    const auto json = parse_json(text);
    return json && json->get_if<std::nullptr_t>() != nullptr;
  };
  for (const auto* text :
       {"NaN", "Infinity", "-Infinity", "1e400", "-1E+999", "10e308", "1.8e308"}) {
    CAPTURE(text);
    CHECK(is_null(text));
  }
  CHECK(is_null(std::string(309, '9')));
  CHECK(is_null(std::string(60'000, '9')));
  const std::pair<std::string, double> numbers[] = {
      {"1e308", 1e308},    {"0.1e309", 1e308}, {"10e307", 1e308},
      {"1e-400", 0},       {"5e-324", 5e-324}, {"18446744073709551616", 18446744073709551616.0},
      {"-0.0", 0},         {"1E+2", 100},      {"1.5e3", 1500},
      {"-1.25e-2", -.0125}};
  for (const auto& [text, number] : numbers) {
    CAPTURE(text);
    CHECK(parse_json(text)->number() == number);
  }
  CHECK(*parse_json("18446744073709551615")->get_if<std::uint64_t>() == 18446744073709551615U);
  CHECK(parse_json("-9223372036854775808")->get_if<std::int64_t>() != nullptr);
  CHECK(parse_json("-9223372036854775809")->get_if<double>() != nullptr);
  CHECK(parse_json("-0")->get_if<std::int64_t>() != nullptr);
}

TEST_CASE("escapes become characters, half a surrogate pair U+FFFD") {
  const struct {
    std::string_view text, plain;
  } table[] = {{R"("NaN \" \\ \/ \b\f\n\r\t")", "NaN \" \\ / \b\f\n\r\t"},
               {R"("\u0041\u007f\u0080\u07ff\u0800\uffff")", "A\x7f\u0080\u07ff\u0800\uffff"},
               {R"("\ud83d\ude00")", "\U0001f600"},
               {R"("\ud800\udc00\uDBFF\uDFFF")", "\U00010000\U0010ffff"},
               {R"("\ud7ff\ue000")", "\ud7ff\ue000"},
               {R"("\ud83d")", "\ufffd"},
               {R"("\ude00\ud83dx")", "\ufffd\ufffdx"},
               {R"("\ud83d\ud83d\ude00")", "\ufffd\U0001f600"},
               {R"("\ud83d\n")", "\ufffd\n"},
               {R"("\\ud83d")", "\\ud83d"},
               {"\"\u00e9\u65e5\U0001f600\x7f\"", "\u00e9\u65e5\U0001f600\x7f"}};
  for (const auto& [text, plain] : table) {
    CAPTURE(text);
    const auto json = parse_json(text);
    REQUIRE(json);
    CHECK(*json->get_if<std::string>() == plain);
  }
}

TEST_CASE("a byte order mark and spaces may surround the value") {
  CHECK(parse_json("\xef\xbb\xbf \t\r\n{ \"a\" : [ ] , \"b\":{ } } \n"));
  CHECK(parse_json("[ 1 , 2 ]")->get_if<JsonValue::Elements>()->size() == 2);
}

TEST_CASE("other text is refused") {
  for (const std::string_view text : {" ",
                                      "nul",
                                      "tru",
                                      "falsee",
                                      "Nan",
                                      "-NaN",
                                      "+1",
                                      "01",
                                      "-01",
                                      "00",
                                      "1.",
                                      ".5",
                                      "1e",
                                      "1e+",
                                      "-",
                                      "--1",
                                      "0x10",
                                      "1_000",
                                      "1NaN",
                                      "1 2",
                                      "- 1",
                                      "\"",
                                      "\"\\",
                                      "\"\\\"",
                                      R"("\u12")",
                                      R"("\u-123")",
                                      R"("\x")",
                                      R"("\U0041")",
                                      "\"\n\"",
                                      "\"\x1f\"",
                                      "\"\x80\"",
                                      "\"\xc3\"",
                                      "\"\xc0\xaf\"",
                                      "\"\xed\xa0\x80\"",
                                      "[",
                                      "]",
                                      "{",
                                      "}",
                                      "[1",
                                      "[1,]",
                                      "[,1]",
                                      "[1 2]",
                                      "[1}",
                                      "{]",
                                      "{,}",
                                      "{\"a\"}",
                                      "{\"a\":}",
                                      "{\"a\":1,}",
                                      "{\"a\" 1}",
                                      "{a:1}",
                                      "{1:1}",
                                      "{\"a\":1 \"b\":2}",
                                      "[]]",
                                      "{}{}",
                                      "// a\n1",
                                      "'a'",
                                      "\xef\xbb",
                                      "\xef\xbb\xbf\xef\xbb\xbf 1"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_json(text));
  }
  CHECK_FALSE(parse_json(std::string_view{"1\0", 2}));
  CHECK_FALSE(parse_json(std::string_view{"\"\0\"", 3}));
}

TEST_CASE("values may be nested as deeply as is said, not deeper") {
  for (const auto& [opening, closing] : {std::pair{"[", "]"}, {"{\"a\":", "}"}}) {
    const auto nested = [&](std::size_t levels) {
      std::string text;
      for (std::size_t i = 0; i < levels; ++i) text += opening;
      text += '0';
      for (std::size_t i = 0; i < levels; ++i) text += closing;
      return text;
    };
    CHECK(parse_json(nested(heartbeat::max_nesting)));
    CHECK(parse_json(nested(heartbeat::max_nesting + 1)).error() == "nested too deeply");
  }
}
