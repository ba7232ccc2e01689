#include <doctest/doctest.h>

#include <array>
#include <random>
#include <string>

#include "json_agrees.hpp"

namespace {

constexpr std::array<std::string_view, 3> kept_names{"a", "checks", ""};

bool both_agree(const std::string& text) {
  return plain_agrees(text) && plain_agrees(text, kept_names);
}

/// Random JSON, mostly plain, with members of the same name, deep values and broken parts.
class RandomJson {
 public:
  explicit RandomJson(unsigned seed) : random_{seed} {}

  std::string value(int depth) {
    switch (below(depth > 18 ? 6 : 9)) {
      case 0:
        return one_of({"true", "false", "null", "tru", "nul", "NaN"}, 40);
      case 1:
      case 2:
        return number();
      case 3:
      case 4:
      case 5:
        return text();
      case 6:
        return list("[", "]", [&] { return value(depth + 1); });
      default:
        return list("{", "}", [&] { return text() + space() + ":" + space() + value(depth + 1); });
    }
  }

 private:
  int below(int count) { return static_cast<int>(random_() % static_cast<unsigned>(count)); }

  /// One of the first three; one in `rarely` times any.
  std::string one_of(std::initializer_list<const char*> texts, int rarely) {
    const auto all = static_cast<int>(texts.size());
    return texts.begin()[below(below(rarely) == 0 ? all : 3)];
  }

  std::string space() { return below(8) == 0 ? " " : ""; }

  std::string text() {
    return one_of(
        {R"("a")", R"("checks")", R"("")", R"("é")", R"("\n")", "\"\xff\"", R"("a)", "b", "\"\t\""},
        30);
  }

  std::string number() {
    std::string number = below(3) == 0 ? "-" : "";
    for (int i = 1 + below(below(9) == 0 ? 17 : 5); i > 0; --i) number += digit();
    if (below(2) == 0) number += '.';
    if (number.back() == '.')
      for (int i = below(14); i > 0; --i) number += digit();
    return number;
  }

  char digit() { return static_cast<char>('0' + below(10)); }

  template <typename Element>
  std::string list(const char* begin, const char* end, const Element& element) {
    auto all = begin + space();
    for (int i = below(4); i > 0; --i) all += element() + (i > 1 ? "," : "") + space();
    return all + end;
  }

  std::mt19937 random_;
};

}  // namespace

TEST_CASE("plain JSON is read as nlohmann reads it") {
  int understood = 0;
  for (unsigned seed = 0; seed < 20'000; ++seed) {
    const auto text = RandomJson{seed}.value(0);
    CAPTURE(text);
    REQUIRE(both_agree(text));
    if (heartbeat::parse_json(text)) ++understood;
  }
  CHECK(understood > 5'000);
}

TEST_CASE("numbers of plain JSON are rounded as by strtod") {
  for (const auto* text : {"0",
                           "-0",
                           "0.0",
                           "-0.0",
                           "0.1",
                           "-0.1",
                           "0.020000001",
                           "19.7",
                           "123456789012345",
                           "1234567890.12345",
                           "0.12345678901234",
                           "0.123456789012345",
                           "99999999999999.9",
                           "999999999999999.9",
                           "1234567890123456",
                           "9.007199254740992",
                           "9.007199254740993",
                           "20.566666666666666",
                           "123456789012345.123456789012345",
                           "01",
                           "1.",
                           ".1",
                           "-",
                           "1e3",
                           "1.5e3",
                           "-01"})
    CHECK_MESSAGE(both_agree(text), text);
  std::mt19937_64 random{1};
  for (int i = 0; i < 20'000; ++i) {
    auto text =
        std::to_string(random() % (i % 2 == 0 ? 1'000'000'000'000'000 : 1'000'000'000'000'000'000));
    text.insert(1 + random() % text.size(), ".");
    if (text.ends_with('.')) text += '5';
    CHECK_MESSAGE(both_agree(text), text);
  }
}

TEST_CASE("with names, plain JSON is kept down to the members of members") {
  for (const auto* text :
       {R"({"a":{"b":{"c":{"d":1}}},"x":2})", R"({"a":1,"x":2,"a":3,"checks":4,"a":5})",
        R"({"a":[1,[2],{"b":3}],"checks":{"k":[1],"l":{"m":[2],"n":{"o":3}}}})", R"([{"a":1}])",
        R"({"":1,"":2})", "{}", "[]", " 1 ", "", " ", "{", R"({"a")", R"({"a":1,})", "[1,]", "1 2"})
    CHECK_MESSAGE(both_agree(text), text);
}
