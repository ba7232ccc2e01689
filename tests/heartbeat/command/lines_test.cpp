#include "command/lines.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

using namespace heartbeat::command;

namespace {

using Counts = std::map<std::string, std::uint64_t>;

LineMark mark_of(std::string_view text) {
  const auto mark = parse_line_mark(text);
  CAPTURE(text);
  if (!mark) FAIL(mark.error());
  return *mark;
}

std::string complaint_about_line(std::string_view text) {
  const auto mark = parse_line_mark(text);
  return mark ? "none" : mark.error();
}

/// Counts what the texts ask for.
struct Counting {
  explicit Counting(const std::vector<std::string>& texts) : counter{marks_of(texts)} {}

  static std::vector<LineMark> marks_of(const std::vector<std::string>& texts) {
    std::vector<LineMark> marks;
    for (const auto& text : texts) marks.push_back(mark_of(text));
    return marks;
  }
  Counts take() {
    Counts taken;
    counter.take([&](const std::string& source, std::uint64_t n) { taken[source] += n; });
    return taken;
  }
  Counts after(std::string_view piece, std::size_t stream = 0) {
    counter.add(stream, piece);
    return take();
  }

  LineCounter counter;
};

}  // namespace

TEST_CASE("a line mark has a text or a pattern behind its source") {
  const auto text = mark_of("ticks=TICK = 3");
  CHECK(text.text == "ticks=TICK = 3");
  CHECK(text.source == "ticks");
  CHECK(text.wanted == "TICK = 3");
  CHECK_FALSE(text.is_pattern);
  const auto pattern = mark_of("errors=/ERROR .*timeout/");
  CHECK(pattern.source == "errors");
  CHECK(pattern.wanted == "ERROR .*timeout");
  CHECK(pattern.is_pattern);
  CHECK(mark_of("requests=//api/v1//").wanted == "/api/v1/");
  CHECK_FALSE(mark_of("requests=GET /api/").is_pattern);
}

TEST_CASE("what is wrong with a line mark is named with its place") {
  const struct {
    std::string_view text, complaint;
  } table[] = {
      {"ticks",
       "is wrong at character 6: no = ends the name of the source (accepted: SOURCE=TEXT, "
       "SOURCE=/PATTERN/)"},
      {"",
       "is wrong at character 1: no = ends the name of the source (accepted: SOURCE=TEXT, "
       "SOURCE=/PATTERN/)"},
      {"a b=TICK",
       "is wrong at character 1: 'a b' is not a name (accepted: 1 to 64 of A-Z a-z 0-9 . _ -)"},
      {"=TICK",
       "is wrong at character 1: '' is not a name (accepted: 1 to 64 of A-Z a-z 0-9 . _ -)"},
      {"ticks=",
       "is wrong at character 7: the text is empty (accepted: TEXT, /PATTERN/; /^/ is every "
       "line)"},
      {"ticks=/TICK", "is wrong at character 7: no / ends the pattern"},
      {"ticks=/", "is wrong at character 7: no / ends the pattern"},
      {"ticks=//",
       "is wrong at character 8: the pattern is empty (accepted: /PATTERN/; /^/ is every line)"},
  };
  for (const auto& [text, complaint] : table) {
    CAPTURE(text);
    CHECK(complaint_about_line(text) == complaint);
  }
}

TEST_CASE("a pattern that RE2 refuses is named with the complaint of RE2") {
  CHECK(complaint_about_line("e=/ab(c/")
            .starts_with("is wrong at character 4: the pattern is refused: missing )"));
  CHECK(complaint_about_line("e=/ab\\q/")
            .starts_with(
                "is wrong at character 6: the pattern is refused: invalid escape sequence: \\q"));
  CHECK(complaint_about_line("e=/ä(?=x)/")
            .starts_with(
                "is wrong at character 5: the pattern is refused: invalid perl operator: (?="));
  CHECK(complaint_about_line("e=/(((a{100}){100}){100}){100}/").find("the pattern is refused") !=
        std::string::npos);
}

TEST_CASE("each line with the text or a match of the pattern is an event") {
  Counting lines{{"ticks=TICK", "errors=/ERROR .*timeout/"}};
  CHECK(lines.after("TICK 1\nTOCK 2\nTICK 3 TICK\n") == Counts{{"ticks", 2}});
  CHECK(lines.after("x\nERROR in y: timeout\nERROR\ntimeout\n") == Counts{{"errors", 1}});
  CHECK(lines.after("ERROR timeout TICK\n") == Counts{{"ticks", 1}, {"errors", 1}});
  CHECK(lines.take().empty());
}

TEST_CASE("a line is one event of a source that has several texts") {
  Counting lines{{"errors=ERROR", "ticks=o", "errors=/FATAL|ERROR/"}};
  CHECK(lines.after("ERROR FATAL\nFATAL\nERROR\no ERROR\n") == Counts{{"errors", 4}, {"ticks", 1}});
}

TEST_CASE("a line counts when it has ended, in however many pieces it arrives") {
  Counting lines{{"ticks=TICK", "all=/^TICK [0-9]+$/"}};
  CHECK(lines.after("TI").empty());
  CHECK(lines.after("CK 1").empty());
  CHECK(lines.after("2\nTICK") == Counts{{"ticks", 1}, {"all", 1}});
  CHECK(lines.after(" 3\r\nTICK 4\nTI") == Counts{{"ticks", 2}, {"all", 2}});
  CHECK(lines.after("").empty());
  lines.counter.end();
  CHECK(lines.take().empty());
  for (const char byte : std::string_view{"TICK 5\n"}) lines.counter.add(0, {&byte, 1});
  CHECK(lines.take() == Counts{{"ticks", 1}, {"all", 1}});
}

TEST_CASE("the last line counts at the end without a line end") {
  Counting lines{{"ticks=TICK"}};
  CHECK(lines.after("TICK 1").empty());
  CHECK(lines.after("TICK 2", 1).empty());
  lines.counter.end();
  CHECK(lines.take() == Counts{{"ticks", 2}});
  lines.counter.end();
  CHECK(lines.take().empty());
}

TEST_CASE("the lines of two streams do not mix") {
  Counting lines{{"ticks=TICK"}};
  CHECK(lines.after("TI", 0).empty());
  CHECK(lines.after("CK\n", 1).empty());
  CHECK(lines.after("CK\n", 0) == Counts{{"ticks", 1}});
}

TEST_CASE("of a line longer than 64 KiB only so much is looked at") {
  for (const std::size_t step : {std::size_t{1'000'000}, std::size_t{4096}, std::size_t{1}})
    for (const std::size_t before : {max_output_line_bytes - 4, max_output_line_bytes - 3}) {
      Counting lines{{"ticks=TICK", "next=NEXT"}};
      const auto text = std::string(before, 'x') + "TICK" + std::string(70'000, 'y') + "\nNEXT\n";
      for (std::size_t at = 0; at < text.size(); at += step)
        lines.counter.add(0, std::string_view{text}.substr(at, step));
      CAPTURE(step);
      auto expected = Counts{{"next", 1}};
      if (before + 4 <= max_output_line_bytes) expected["ticks"] = 1;
      CHECK(lines.take() == expected);
    }
}

TEST_CASE("binary output has lines too") {
  using namespace std::string_view_literals;
  Counting lines{{"ticks=TICK", "zero=/a\\x00b/", "any=/^x\\Cy$/"}};
  CHECK(lines.after("\0\xff\xfeTICK\x80\na\0b\nx\xffy\n"sv) ==
        Counts{{"ticks", 1}, {"zero", 1}, {"any", 1}});
}

TEST_CASE("every line is an event of /^/") {
  Counting lines{{"lines=/^/"}};
  CHECK(lines.after("\n\na\n") == Counts{{"lines", 3}});
}
