#pragma once

#include <string>

/// What is installed beside healthprobe for those who read and type: made, when
/// it is built, of the one table of options.
namespace probe::manual {

/// healthprobe(1), in the man macros of groff and mandoc.
std::string man_page();

/// Scripts that complete options and their values in a shell.
std::string bash_completion();
std::string zsh_completion();
std::string fish_completion();

}  // namespace probe::manual
