#pragma once

#include <span>
#include <string_view>

namespace probe {

/// One option of the command line.
struct Declaration {
  const char* names;
  std::string_view option;  ///< its long name
  const char* value;        ///< what it takes; nullptr: a flag
  const char* variable;     ///< that stands in for it; nullptr: none
  const char* fallback;     ///< the default, for explanations
  const char* help;
  const char* choices = nullptr;  ///< all values there are, separated by ", "
};

std::span<const Declaration> declarations() noexcept;

/// By its long name, such as `--max-age`, or its short one, `-t`; null when there is none.
const Declaration* find_option(std::string_view name) noexcept;
/// The variable that stands in for an option; null when there is none.
const char* variable_of(std::string_view option) noexcept;

}  // namespace probe
