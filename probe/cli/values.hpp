#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "core/expectation.hpp"

/// From the text of an option or variable to its value. The error says what is wrong with the
/// text and what is accepted: `is not a duration (accepted: ...)`.
namespace probe {

template <typename T>
using Parsed = tl::expected<T, std::string>;

/// More than 0, and at most `max`.
Parsed<std::chrono::milliseconds> read_duration(const std::string& text,
                                                std::chrono::milliseconds max);
Parsed<std::size_t> read_number(const std::string& text, std::size_t max);
Parsed<bool> read_truth(const std::string& text);
/// The place of the text among `choices`, which are separated by '|'.
Parsed<std::size_t> read_choice(const std::string& text, std::string_view choices);
Parsed<std::string> read_service(const std::string& text);
/// A service, or a replica: `worker:1`.
Parsed<std::string> read_member(const std::string& text);
Parsed<std::string> read_prefix(const std::string& text);
Parsed<std::string> read_url(const std::string& text);
Parsed<std::string> read_path(const std::string& text);
Parsed<Expectation> read_expectation(const std::string& text);
/// The name of this host where the text is true.
Parsed<std::optional<std::string>> read_own_host(const std::string& text);
/// `127.0.0.1:8686`, `[::1]:8686`; without an address, all of IPv4.
Parsed<std::pair<std::string, std::uint16_t>> read_address(const std::string& text);

/// The parts of a text that are separated by `separator` outside of double quotes; blank parts
/// are left out.
std::vector<std::string> split(std::string_view text, char separator);

}  // namespace probe
