#pragma once

#include <span>
#include <string>
#include <string_view>

namespace probe {

/// The command line or a variable cannot be used. Thrown within probe/cli only.
struct UsageError {
  std::string text;  ///< one line that is safe to print
};

/// What is wrong when neither argument nor variable names a service.
inline constexpr std::string_view no_service =
    "no service given (name one, or set HEARTBEAT_SERVICE)";

/// A value as messages show it: at most 80 bytes, without control characters and without what
/// follows `://`, which may hold a password.
std::string shown(std::string_view value);

/// `<program>: <complaint>` and a newline, for stderr.
std::string error_line(std::string_view program, std::string_view complaint);

/// The candidate with the smallest edit distance to `word`; empty when none is similar.
std::string_view nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace probe
