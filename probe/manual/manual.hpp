#pragma once

#include <string>
#include <vector>

#include "cli/cli11.hpp"

/// Man pages, completions and docs/options.md, generated from the declared options.
namespace probe::manual {

struct OptionText {
  std::vector<std::string> names;    ///< `-t`, `--timeout`; of the positional argument: `SERVICE`
  std::string value;                 ///< kind of value, such as DURATION; empty: a flag
  std::vector<std::string> choices;  ///< all accepted values; empty: no fixed list
  std::string help;                  ///< without line breaks
  std::string fallback;              ///< the default; may be empty
  std::string variable;              ///< may be empty
};

std::vector<OptionText> options_of(const CLI::App& app);

/// A man page, for groff and mandoc: the template with the options and the version inserted.
std::string man_page(const CLI::App& app, std::string page_template);

/// A section of docs/options.md: a table of the options.
std::string option_table(const CLI::App& app);

/// Scripts that complete options and their values in a shell.
std::string bash_completion(const CLI::App& app);
std::string zsh_completion(const CLI::App& app);
std::string fish_completion(const CLI::App& app);

}  // namespace probe::manual
