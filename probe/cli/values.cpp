#include "cli/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "core/roster.hpp"
#include "core/silence.hpp"
#include "document/names.hpp"
#include "document/text.hpp"
#include "document/time.hpp"
#include "host/host.hpp"

namespace probe {
namespace {

using heartbeat::max_shown_bytes;

/// The number of characters to insert, delete or replace that turn `a` into `b` (Levenshtein).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    auto diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const auto replaced = diagonal + std::size_t{a[i] != b[j]};
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

ThisHost this_host() {
  const auto first_process = heartbeat::start_ticks(1);
  return {.name = heartbeat::host_name(),
          .boot_id = heartbeat::boot_id(),
          .pid_namespace = heartbeat::namespace_inode("pid"),
          .net_namespace = heartbeat::namespace_inode("net"),
          .began = first_process ? std::optional{heartbeat::duration_of_ticks(*first_process)}
                                 : std::nullopt,
          .start_ticks = heartbeat::start_ticks};
}

tl::unexpected<std::string> rejected(std::string_view why, std::string_view accepted) {
  return tl::unexpected{fmt::format("{} (accepted: {})", why, accepted)};
}

Parsed<std::string> text_if(bool is_accepted, const std::string& text, std::string_view why,
                            std::string_view accepted) {
  if (!is_accepted) return rejected(why, accepted);
  return text;
}

}  // namespace

Parsed<std::chrono::milliseconds> read_duration(const std::string& text,
                                                std::chrono::milliseconds max) {
  const auto duration = heartbeat::parse_duration(text);
  if (!duration) return rejected("is not a duration", heartbeat::accepted_durations);
  if (duration->count() <= 0 || *duration > max)
    return rejected("is out of range",
                    fmt::format("more than 0, at most {}", heartbeat::format_duration(max)));
  return *duration;
}

Parsed<std::size_t> read_number(const std::string& text, std::size_t max) {
  const auto number = heartbeat::parse_integer<std::size_t>(text);
  if (!number || *number == 0 || *number > max)
    return rejected("is out of range", fmt::format("1 to {}", max));
  return *number;
}

Parsed<bool> read_truth(const std::string& text) {
  constexpr std::array<std::string_view, 8> words{"1", "true",  "yes", "on",
                                                  "0", "false", "no",  "off"};
  const auto* found = std::ranges::find(words, text);
  if (found == words.end())
    return rejected("is neither true nor false", "1, true, yes, on; 0, false, no, off");
  return found < words.begin() + 4;
}

Parsed<std::size_t> read_choice(const std::string& text, std::string_view choices) {
  const auto names = split(choices, '|');
  const auto found = std::ranges::find(names, text);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  const auto similar = nearest(text, names);
  return rejected("is unknown", fmt::format("{}{}{}", fmt::join(names, ", "),
                                            similar.empty() ? "" : "; did you mean ", similar));
}

Parsed<std::string> read_service(const std::string& text) {
  return text_if(heartbeat::is_service_name(text) && text != "-", text, "is not a valid name",
                 "1 to 128 of A-Z a-z 0-9 . _ -");
}

Parsed<std::string> read_member(const std::string& text) {
  const bool is_replica = text.find(':') != text.npos && heartbeat::is_member_name(text);
  return is_replica ? Parsed<std::string>{text} : read_service(text);
}

Parsed<std::string> read_member_pattern(const std::string& text) {
  auto name = text;
  std::erase(name, '*');
  const bool is_pattern = name.size() < text.size();
  return text_if(is_pattern ? text.size() <= 300 && heartbeat::is_member_name("x" + name + "x")
                            : heartbeat::is_member_name(text),
                 text, "is not a valid name",
                 "a service such as worker, a replica such as worker:1, or a pattern such as "
                 "'worker:*'");
}

Parsed<std::string> read_instance(const std::string& text) {
  return read_service(heartbeat::with_host(text, heartbeat::host_name()));
}

Parsed<std::string> read_reason(const std::string& text) {
  return text_if(!text.empty() && heartbeat::printable(text, max_silence_reason) == text, text,
                 "is not a reason", "at most 200 bytes of text, without control characters");
}

Parsed<std::string> read_names(const std::string& text) {
  if (text.starts_with('@') && text.size() > 1) return text;
  const auto names = names_in(text);
  return text_if(names && !names->empty(), text, "is not a list of names",
                 "worker,ingestion or @FILE");
}

Parsed<std::string> read_prefix(const std::string& text) {
  const bool has_control = std::ranges::any_of(text, heartbeat::is_control);
  return text_if(!has_control && text.size() <= heartbeat::max_prefix_bytes, text,
                 "is not a prefix", "at most 256 bytes, no control characters");
}

Parsed<std::string> read_url(const std::string& text) {
  return text_if(!text.empty(), text, "is not a URL", "redis://HOST:PORT, ...");
}

Parsed<std::string> read_path(const std::string& text) {
  return text_if(!text.empty(), text, "is not a file", "a path");
}

Parsed<std::string> read_host(const std::string& text) {
  const bool is_name = heartbeat::is_service_name(text);  // of the same characters
  return text_if(is_name || text == "*", text, "is not a host name", "health.example.org, *");
}

Parsed<Expectation> read_expectation(const std::string& text) {
  return parse_expectation(text).map_error(shown);
}

Parsed<std::optional<ThisHost>> read_own(const std::string& text) {
  return read_truth(text).map(
      [](bool own) { return own ? std::optional{this_host()} : std::nullopt; });
}

Parsed<std::pair<std::string, std::uint16_t>> read_address(const std::string& text) {
  const auto colon = text.rfind(':');
  const auto port =
      colon == text.npos
          ? std::nullopt
          : heartbeat::parse_integer<std::uint16_t>(std::string_view{text}.substr(colon + 1));
  if (!port) return rejected("is not an address and port", "127.0.0.1:8686, [::1]:8686, :8686");
  auto host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return std::pair{host.empty() ? "0.0.0.0" : host, *port};
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts(1);
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (c == separator && !quoted)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  std::erase_if(
      parts, [](const std::string& part) { return part.find_first_not_of(" \t\n") == part.npos; });
  return parts;
}

std::string shown(std::string_view value) {
  const auto authority = value.find("://");
  auto text = authority == value.npos ? std::string{value}
                                      : std::string{value.substr(0, authority + 3)} + "***";
  return heartbeat::printable(text, max_shown_bytes);
}

std::string_view nearest(std::string_view word, std::span<const std::string> candidates) {
  std::string_view best;
  auto least =
      (std::min(word.size(), max_shown_bytes) + 2) / 3 + 1;  // a third of the word may differ
  for (const auto& candidate : candidates) {
    const auto distance = edit_distance(word.substr(0, max_shown_bytes), candidate);
    if (distance >= least) continue;
    least = distance;
    best = candidate;
  }
  return best;
}

}  // namespace probe
