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

/// Rows of equally many cells as lines. A cell begins two spaces behind the longest one before it,
/// in bytes; no line ends with spaces.
std::vector<std::string> aligned(const std::vector<std::vector<std::string>>& rows);

}  // namespace probe
