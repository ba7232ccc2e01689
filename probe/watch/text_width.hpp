#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace probe {

/// The longest beginning of printable text that takes at most so many columns of a terminal and
/// cuts no character; ends in "..." when something was cut. A character that terminals
/// disagree about takes two.
std::string cut(std::string_view text, std::size_t columns);

}  // namespace probe
