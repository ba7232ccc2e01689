#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "core/expectation.hpp"
#include "core/own.hpp"

/// The values of options and variables: read from text, or shown in a message that rejects them.
namespace probe {

/// The command line or a variable cannot be used. Thrown within probe/cli only.
struct UsageError {
  std::string text;  ///< one line that is safe to print
};

/// The error says what is wrong and what is accepted: `is not a duration (accepted: ...)`.
template <typename T>
using Parsed = tl::expected<T, std::string>;

/// More than 0, and at most `max`.
Parsed<std::chrono::milliseconds> read_duration(const std::string& text,
                                                std::chrono::milliseconds max);
Parsed<std::size_t> read_number(const std::string& text, std::size_t max);
Parsed<bool> read_truth(const std::string& text);
/// The index of the text in `choices`, which are separated by '|'.
Parsed<std::size_t> read_choice(const std::string& text, std::string_view choices);
Parsed<std::string> read_service(const std::string& text);
/// A service or a replica (`worker:1`).
Parsed<std::string> read_member(const std::string& text);
/// A service, a replica (`worker:1`), or a pattern for several, with `*` for any text.
Parsed<std::string> read_member_pattern(const std::string& text);
/// The name of an instance, in which `%h` becomes the name of this host.
Parsed<std::string> read_instance(const std::string& text);
/// Why services are silenced.
Parsed<std::string> read_reason(const std::string& text);
/// Names of services and replicas, separated by commas, or `@` and the name of a file.
Parsed<std::string> read_names(const std::string& text);
Parsed<std::string> read_prefix(const std::string& text);
Parsed<std::string> read_url(const std::string& text);
Parsed<std::string> read_path(const std::string& text);
/// A name in the header Host, without a port; or `*`.
Parsed<std::string> read_host(const std::string& text);
Parsed<Expectation> read_expectation(const std::string& text);
/// This host if the text is true; if it is false, nothing.
Parsed<std::optional<ThisHost>> read_own(const std::string& text);
/// `127.0.0.1:8686`, `[::1]:8686`; without an address, all IPv4 addresses of the host.
Parsed<std::pair<std::string, std::uint16_t>> read_address(const std::string& text);

/// Splits the text at each `separator` outside of double quotes. Blank parts are left out.
std::vector<std::string> split(std::string_view text, char separator);

/// The value for a message: short, printable, and without the text after `://`, maybe a password.
std::string shown(std::string_view value);

/// The candidate with the smallest edit distance to `word`; empty if no candidate is similar.
std::string_view nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace probe
