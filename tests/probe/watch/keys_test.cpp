#include "watch/keys.hpp"

#include <doctest/doctest.h>

namespace keys_test {
namespace {

using probe::Key;
using probe::KeyReader;
using Keys = std::vector<Key>;

}  // namespace

TEST_CASE("characters and the keys of xterm, rxvt and Linux's console are found") {
  KeyReader reader;
  CHECK(reader.read("q/A~ ") == Keys{Key{'q'}, Key{'/'}, Key{'A'}, Key{'~'}, Key{' '}});
  CHECK(reader.read("\r\n\x7f\b") == Keys{Key::enter, Key::enter, Key::backspace, Key::backspace});
  CHECK(reader.read("\x1b[A\x1b[B\x1bOA\x1bOB") == Keys{Key::up, Key::down, Key::up, Key::down});
  CHECK(reader.read("\x1b[5~\x1b[6~") == Keys{Key::page_up, Key::page_down});
  CHECK(reader.read("\x1b[H\x1b[1~\x1b[7~\x1bOH") == Keys(4, Key::home));
  CHECK(reader.read("\x1b[F\x1b[4~\x1b[8~\x1bOF") == Keys(4, Key::end));
}

TEST_CASE("other keys are left out, whole") {
  KeyReader reader;
  CHECK(reader.read("\x1b[1;5A\x1b[15~\x1b[[A\x1b[Z\x1bx\x03\xc3\xa9q") == Keys{Key{'q'}});
  CHECK(reader.read("\x1b[111111111111111111111111111111q").size() > 0);  // no key is so long
  CHECK_FALSE(reader.is_waiting());
}

TEST_CASE("a sequence may come in parts, and escape is a key if nothing follows") {
  KeyReader reader;
  CHECK(reader.read("\x1b").empty());
  CHECK(reader.is_waiting());
  CHECK(reader.read("[").empty());
  CHECK(reader.read("5").empty());
  CHECK(reader.read("~") == Keys{Key::page_up});
  CHECK_FALSE(reader.is_waiting());
  CHECK(reader.give_up().empty());

  CHECK(reader.read("a\x1b") == Keys{Key{'a'}});
  CHECK(reader.give_up() == Keys{Key::escape});
  CHECK_FALSE(reader.is_waiting());
  CHECK(reader.read("\x1b[").empty());
  CHECK(reader.give_up().empty());
  CHECK(reader.read("\x1b\x1b[A") == Keys{Key::escape, Key::up});
}

}  // namespace keys_test
