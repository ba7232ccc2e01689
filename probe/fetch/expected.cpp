#include "fetch/expected.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/roster.hpp"

namespace probe {

tl::expected<void, Problem> read_expected(Selection& selection,
                                          const heartbeat::redis::Environment& environment) {
  std::vector<std::string> all;
  for (const auto& list : selection.expected) {
    const bool is_file = list.starts_with('@');
    const auto text =
        is_file ? environment.file(list.substr(1)) : tl::expected<std::string, std::string>{list};
    if (!text) return tl::unexpected{Problem{Reason::usage, "--expected: " + text.error()}};
    auto names = names_in(*text);
    if (!names)
      return tl::unexpected{
          Problem{Reason::usage, "--expected: '" + names.error() + "' is not a valid name"}};
    std::ranges::move(*names, std::back_inserter(all));
  }
  selection.expected = std::move(all);
  return {};
}

}  // namespace probe
