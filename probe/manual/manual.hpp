#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/cli11.hpp"

/// What is installed beside a program for its users: made, when it is built, from the options
/// that the program declares.
namespace probe::manual {

/// One option, in words.
struct OptionText {
  std::vector<std::string> names;    ///< `-t`, `--timeout`; of arguments, `SERVICE`
  std::string value;                 ///< what it takes, such as DURATION; empty: nothing
  std::vector<std::string> choices;  ///< all values there are; empty: any
  std::string help;                  ///< in one line
  std::string fallback;              ///< the default; may be empty
  std::string variable;              ///< may be empty
};

std::vector<OptionText> options_of(const CLI::App& app);

/// A page in the man macros of groff and mandoc: `text` with the options and the version in it.
std::string man_page(const CLI::App& app, std::string text);

/// A section of docs/options.md: a table of the options.
std::string option_table(const CLI::App& app);

/// Scripts that complete options and their values in a shell.
std::string bash_completion(const CLI::App& app);
std::string zsh_completion(const CLI::App& app);
std::string fish_completion(const CLI::App& app);

}  // namespace probe::manual
