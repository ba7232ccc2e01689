#pragma once

#include <span>
#include <string_view>

namespace probe {

/// One option of the command line.
struct Declaration {
  const char* names;
  std::string_view option;  ///< its long name
  const char* value;        ///< what it takes; nullptr: a flag
  const char* variable;     ///< that stands in for it
  const char* fallback;     ///< the default, for explanations
  const char* help;
  const char* choices = nullptr;  ///< all values there are, separated by ", "
};

std::span<const Declaration> declarations() noexcept;

/// Of an option by its long name, such as `--max-age`.
bool takes_value(std::string_view option) noexcept;
/// The variable that stands in for an option; null when there is no such option.
const char* variable_of(std::string_view option) noexcept;

}  // namespace probe
