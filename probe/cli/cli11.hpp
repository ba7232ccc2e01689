#pragma once

// CLI11 includes <iostream>, which runs 44 000 instructions before main() in every process, but
// needs only <istream> and <ostream>: functions that name std::cout and std::cerr are not called.
#include <istream>
#include <ostream>
#ifdef __GLIBCXX__
#define _GLIBCXX_IOSTREAM 1  // NOLINT(bugprone-reserved-identifier): libstdc++'s include guard
namespace std {
// NOLINTBEGIN(readability-redundant-declaration): <iostream> declares them, but is not included
extern ostream cout;
extern ostream cerr;
// NOLINTEND(readability-redundant-declaration)
}  // namespace std
#endif

#include <CLI/CLI.hpp>
