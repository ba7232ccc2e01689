#include "board/core/guests.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace {

using board::Guests;
using Time = Guests::Time;

TEST_CASE("guests are bounded, and the one unasked for longest makes room") {
  Guests guests;
  guests.ask("first", Time{});
  for (std::size_t i = 1; i < Guests::most; ++i) guests.ask("n" + std::to_string(i), Time{});
  CHECK(guests.names(Time{}).size() == Guests::most);
  guests.ask("first", Time{});
  guests.ask("one more", Time{});
  const auto names = guests.names(Time{});
  CHECK(names.size() == Guests::most);
  CHECK(std::ranges::count(names, "first") == 1);
  CHECK(std::ranges::count(names, "n1") == 0);
}

TEST_CASE("a guest stays for a minute") {
  Guests guests;
  guests.ask("worker", Time{});
  CHECK(guests.names(Time{} + Guests::stay).size() == 1);
  CHECK(guests.names(Time{} + Guests::stay + std::chrono::milliseconds{1}).empty());
}

}  // namespace
