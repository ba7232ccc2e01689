#pragma once

#include <doctest/doctest.h>

#include <map>

#include "cli/options.hpp"

using Arguments = std::vector<const char*>;
using Variables = std::map<std::string, std::string>;

/// An environment with these variables. Opening a file fails the test.
inline heartbeat::redis::Environment environment_of(const Variables& variables) {
  return {.variable = [variables](const char* name) -> std::optional<std::string> {
            const auto found = variables.find(name);
            if (found == variables.end() || found->second.empty()) return std::nullopt;
            return found->second;
          },
          .file = [](const std::string&) -> tl::expected<std::string, std::string> {
            FAIL("parsing options must not open a file");
            return {};
          }};
}

inline tl::expected<probe::Options, probe::EarlyExit> parsed(Arguments arguments,
                                                             const Variables& variables = {}) {
  arguments.insert(arguments.begin(), "healthprobe");
  return probe::parse_options(arguments, environment_of(variables));
}

inline tl::expected<probe::BoardOptions, probe::EarlyExit> parsed_board(
    Arguments arguments, const Variables& variables = {}) {
  arguments.insert(arguments.begin(), "healthboard");
  return probe::parse_board_options(arguments, environment_of(variables));
}

/// The line of a usage error, without its newline.
template <typename Options>
std::string complaint(const tl::expected<Options, probe::EarlyExit>& options, int exit_status = 1) {
  REQUIRE_FALSE(options);
  CHECK(options.error().exit_status == exit_status);
  CHECK(options.error().is_error);
  auto text = options.error().text;
  REQUIRE(text.ends_with("\n"));
  text.pop_back();
  CHECK(text.find('\n') == text.npos);
  return text;
}
