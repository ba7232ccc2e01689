#pragma once

#include <chrono>

#include "cli/options.hpp"
#include "redis/config.hpp"

namespace probe {

/// Reads and judges the options' services and prints the verdicts. Returns the exit status; ends
/// the process itself when the options' timeout has passed since `started`.
int check_once(const Options& options, const redis::Environment& environment,
               std::chrono::steady_clock::time_point started);

/// Removes the services of --forget from the roster. Returns 0 if all were on it. Timeout as above.
int forget(const Options& options, const redis::Environment& environment,
           std::chrono::steady_clock::time_point started);

/// Silences the services, or ends their silences. Returns 0 if it did so with all. Timeout as
/// above.
int change_silences(const Options& options, const redis::Environment& environment,
                    std::chrono::steady_clock::time_point started);

/// Prints what is silenced. Returns 0. Timeout as above.
int show_silences(const Options& options, const redis::Environment& environment,
                  std::chrono::steady_clock::time_point started);

/// Prints the history of the services. Returns 0 if there is one of each. Timeout as above.
int show_history(const Options& options, const redis::Environment& environment,
                 std::chrono::steady_clock::time_point started);

}  // namespace probe
