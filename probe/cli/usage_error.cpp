#include "cli/usage_error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "document/text.hpp"

namespace probe {
namespace {

constexpr std::size_t max_shown = 80;

/// The number of characters to insert, delete or replace that turn `a` into `b` (Levenshtein).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    auto diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const auto replaced = diagonal + std::size_t{a[i] != b[j]};
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string shown(std::string_view value) {
  const auto authority = value.find("://");
  auto text = authority == value.npos ? std::string{value}
                                      : std::string{value.substr(0, authority + 3)} + "***";
  return heartbeat::truncate(heartbeat::printable(text), max_shown);
}

std::string error_line(std::string_view program, std::string_view complaint) {
  return fmt::format("{}: {}\n", program, complaint);
}

std::string_view nearest(std::string_view word, std::span<const std::string> candidates) {
  std::string_view best;
  auto least = (std::min(word.size(), max_shown) + 2) / 3 + 1;  // a third of the word may differ
  for (const auto& candidate : candidates) {
    const auto distance = edit_distance(word.substr(0, max_shown), candidate);
    if (distance >= least) continue;
    least = distance;
    best = candidate;
  }
  return best;
}

}  // namespace probe
