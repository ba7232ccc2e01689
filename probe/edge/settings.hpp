#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "edge/command_line.hpp"
#include "redis/environment.hpp"

/// Options and the variables that stand in for them, read as what they mean.
/// An option wins over its variable; the error says which of the two is wrong,
/// and what is accepted.
namespace probe {

template <typename T>
using Result = tl::expected<T, Stop>;

/// A value, and the option or the variable that it comes from.
struct Setting {
  std::string origin;
  std::string value;
};

class Settings {
 public:
  Settings(const CommandLine& line, const heartbeat::redis::Environment& environment)
      : line_{line}, environment_{environment} {}

  /// The last value given.
  std::optional<Setting> find(const char* option) const;
  /// All values given; a variable's are separated by ';' outside of quotes.
  std::vector<Setting> find_all(const char* option) const;

  /// More than nothing, and at most `longest`.
  Result<std::optional<std::chrono::milliseconds>> duration(
      const char* option, std::chrono::milliseconds longest) const;
  Result<bool> truth(const char* option) const;

 private:
  const CommandLine& line_;
  const heartbeat::redis::Environment& environment_;
};

/// `--max-age '5x' is not a duration (accepted: ...)`.
tl::unexpected<Stop> refused(const Setting& setting, std::string_view why,
                             std::string_view accepted);

}  // namespace probe
