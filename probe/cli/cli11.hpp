#pragma once

// CLI11 includes <iostream>, which runs 44 000 instructions before main() in every process. CLI11
// itself needs <istream> and <ostream>, and names std::cout and std::cerr in functions that are
// not called here.
#include <istream>
#include <ostream>
#ifdef __GLIBCXX__
#define _GLIBCXX_IOSTREAM 1  // NOLINT(bugprone-reserved-identifier): libstdc++'s include guard
namespace std {
extern ostream cout;
extern ostream cerr;
}  // namespace std
#endif

#include <CLI/CLI.hpp>
