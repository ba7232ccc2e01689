#include "render/columns.hpp"

#include <doctest/doctest.h>

using probe::aligned;
using probe::cut;
using probe::wrap;
using Lines = std::vector<std::string>;

TEST_CASE("text is measured in columns, not in bytes") {
  const auto columns_of = [](const std::string& text) {
    std::size_t columns = 0;
    while (cut(text, columns) != text) ++columns;
    return columns;
  };
  CHECK(columns_of("") == 0);
  CHECK(columns_of("worker-1") == 8);
  CHECK(columns_of("Grüße") == 5);
  CHECK(columns_of("€") == 1);
  CHECK(columns_of("漢字") == 4);
  CHECK(columns_of("한") == 2);
  CHECK(columns_of("😀") == 2);
  CHECK(columns_of("\u10ff\u1100") == 3);  // both sides of each border
  CHECK(columns_of("\u1dff\u1e00") == 3);
  CHECK(columns_of("\u22ff\u2300") == 3);
}

TEST_CASE("text that fits stays whole, and longer text ends in dots") {
  CHECK(cut("abcdef", 6) == "abcdef");
  CHECK(cut("abcdef", 5) == "ab...");
  CHECK(cut("abcdef", 3) == "...");
  CHECK(cut("abcdef", 2) == "..");
  CHECK(cut("abcdef", 0).empty());
  CHECK(cut("", 0).empty());
}

TEST_CASE("no character is cut") {
  CHECK(cut("äöüäöü", 6) == "äöüäöü");
  CHECK(cut("äöüäöü", 5) == "äö...");
  CHECK(cut("漢字漢字", 8) == "漢字漢字");
  CHECK(cut("漢字漢字", 7) == "漢字...");
  CHECK(cut("漢字漢字", 6) == "漢...");  // a column stays empty
}

TEST_CASE("text is wrapped at spaces, and a word that does not fit is broken") {
  CHECK(wrap("one two three", 13) == Lines{"one two three"});
  CHECK(wrap("one two three", 12) == Lines{"one two", "three"});
  CHECK(wrap("one two three", 7) == Lines{"one two", "three"});
  CHECK(wrap("one  two", 4) == Lines{"one", "two"});
  CHECK(wrap("abcdefgh ij", 3) == Lines{"abc", "def", "gh", "ij"});
  CHECK(wrap("漢字漢字", 5) == Lines{"漢字", "漢字"});
  CHECK(wrap("漢字", 0) == Lines{"漢", "字"});
  CHECK(wrap("", 80) == Lines{""});
}

TEST_CASE("cells stand below each other, and no line ends with spaces") {
  CHECK(aligned({{"NAME", "LEFT", "WHY"}, {"a", "29m59s", ""}, {"worker", "1s", "update"}}) ==
        Lines{"NAME    LEFT    WHY", "a       29m59s", "worker  1s      update"});
  CHECK(aligned({}).empty());
}
