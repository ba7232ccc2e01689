#include "writer/change_watch.hpp"

#include <doctest/doctest.h>

#include <tuple>

using heartbeat::ChangeWatch;
using heartbeat::FileStamp;
using heartbeat::Time;
using namespace std::chrono_literals;

namespace {

constexpr FileStamp first{.device = 1, .inode = 2, .size = 3, .modified = 4ns, .changed = 5ns};
constexpr Time begin{1h};

/// A watch whose file was read with the stamp `first`.
ChangeWatch watch_of_first() {
  ChangeWatch watch;
  std::ignore = watch.is_due(first, begin - 2s);
  CHECK(watch.is_due(first, begin - 1s));
  watch.was_read();
  return watch;
}

}  // namespace

TEST_CASE("a file is read when it has been the same for a second, and then no more") {
  ChangeWatch watch;
  CHECK_FALSE(watch.is_due(first, begin));
  CHECK_FALSE(watch.is_due(first, begin + 1s - 1ns));
  CHECK(watch.is_due(first, begin + 1s));
  watch.was_read();
  CHECK_FALSE(watch.is_due(first, begin + 1h));
}

TEST_CASE("every part of the stamp is a change, and so is the loss of the file") {
  auto changed = {FileStamp{.device = 9, .inode = 2, .size = 3, .modified = 4ns, .changed = 5ns},
                  FileStamp{.device = 1, .inode = 9, .size = 3, .modified = 4ns, .changed = 5ns},
                  FileStamp{.device = 1, .inode = 2, .size = 9, .modified = 4ns, .changed = 5ns},
                  FileStamp{.device = 1, .inode = 2, .size = 3, .modified = 9ns, .changed = 5ns},
                  FileStamp{.device = 1, .inode = 2, .size = 3, .modified = 4ns, .changed = 9ns}};
  for (const auto& stamp : changed) {
    auto watch = watch_of_first();
    CHECK_FALSE(watch.is_due(stamp, begin));
    CHECK(watch.is_due(stamp, begin + 1s));
  }
  auto watch = watch_of_first();
  CHECK_FALSE(watch.is_due({}, begin));
  CHECK_FALSE(watch.is_due({}, begin + 1s - 1ns));
  CHECK(watch.is_due({}, begin + 1s));
}

TEST_CASE("a file that is still being written is not read") {
  auto watch = watch_of_first();
  auto growing = first;
  for (int i = 0; i < 10; ++i) {
    ++growing.size;
    CHECK_FALSE(watch.is_due(growing, begin + i * 900ms));
  }
  CHECK_FALSE(watch.is_due(growing, begin + 10s - 901ms));
  CHECK(watch.is_due(growing, begin + 10s - 900ms));
}

TEST_CASE("a file is settled when it has been the same for a second, whether it is due or not") {
  ChangeWatch never_seen;
  CHECK_FALSE(never_seen.is_settled(begin));
  auto watch = watch_of_first();
  CHECK(watch.is_settled(begin));
  std::ignore = watch.is_due({}, begin);
  CHECK_FALSE(watch.is_settled(begin + 1s - 1ns));
  CHECK(watch.is_settled(begin + 1s));
}

TEST_CASE("the file that was read is not read again when a change is taken back") {
  auto watch = watch_of_first();
  CHECK_FALSE(watch.is_due({}, begin));
  CHECK_FALSE(watch.is_due(first, begin + 5s));
  CHECK_FALSE(watch.is_due(first, begin + 10s));
  CHECK_FALSE(watch.is_due({}, begin + 11s));  // its time begins anew
  CHECK(watch.is_due({}, begin + 12s));
}

TEST_CASE("a file that could not be read is tried again, also if it comes back as it was") {
  auto watch = watch_of_first();
  std::ignore = watch.is_due({}, begin);
  CHECK(watch.is_due({}, begin + 1s));
  watch.was_refused();
  CHECK(watch.is_due({}, begin + 2s));
  CHECK_FALSE(watch.is_due(first, begin + 3s));
  CHECK(watch.is_due(first, begin + 4s));
  watch.was_read();
  CHECK_FALSE(watch.is_due(first, begin + 5s));
}
