#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Text in the columns of a terminal. A character that may be one or two columns wide counts as
/// two.
namespace probe {

/// The longest beginning that fits into `columns` of a terminal, with "..." if something was cut.
std::string cut(std::string_view text, std::size_t columns);

/// The text in lines that fit, broken at spaces; a word that does not fit is broken. At least one.
std::vector<std::string> wrap(std::string_view text, std::size_t columns);

}  // namespace probe
