#include "edge/command_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "document/text.hpp"
#include "edge/declarations.hpp"
#include "edge/help.hpp"

namespace probe {
namespace {

constexpr std::size_t longest_shown = 80;

/// Reads word after word, as getopt_long(3) does: `--ttl 5`, `--ttl=5`, `-t 5`, `-t5`, `-qt5`;
/// options and services in any order; behind `--` only services. But no name is guessed from
/// its beginning: what is added to the options must not change what a script means.
class Words {
 public:
  explicit Words(std::span<const char* const> words) : words_{words} {}

  tl::expected<CommandLine, Stop> read() {
    bool only_services = false;
    while (!words_.empty()) {
      const std::string_view word = words_.front();
      words_ = words_.subspan(1);
      if (only_services || !word.starts_with('-'))
        line_.services.emplace_back(word);
      else if (word == "--")
        only_services = true;
      else if (word.starts_with("--"))
        long_option(word);
      else
        short_options(word);
    }
    if (wants_help_) return tl::unexpected{Stop{0, help(), false}};
    if (wants_version_)
      return tl::unexpected{Stop{0, "healthprobe " HEALTHPROBE_VERSION "\n", false}};
    if (stop_) return tl::unexpected{*stop_};
    return std::move(line_);
  }

 private:
  void long_option(std::string_view word) {
    const auto equals = word.find('=');
    const auto name = word.substr(0, equals);
    if (name == "--help") wants_help_ = true;
    if (name == "--version") wants_version_ = true;
    // What follows the '=' may be a secret: an unknown option is named without it.
    const auto* option = find_option(name);
    if (option == nullptr)
      unknown(name);
    else if (equals != word.npos)
      add(*option, word.substr(equals + 1));
    else if (option->value == nullptr)
      add(*option, "true");
    else
      add_next(*option, name);
  }

  /// Flags in a row; the last may take a value: the rest of the word, or the next.
  void short_options(std::string_view word) {
    if (word == "-") return unknown(word);
    for (std::size_t i = 1; i < word.size(); ++i) {
      const char name[] = {'-', word[i], '\0'};
      if (word[i] == 'h') wants_help_ = true;
      const auto* option = find_option(name);
      if (option == nullptr) return unknown(i == 1 ? word : name);
      if (option->value == nullptr)
        add(*option, "true");
      else if (i + 1 < word.size())
        return add(*option, word.substr(i + 1));
      else
        return add_next(*option, name);
    }
  }

  void add_next(const Declaration& option, std::string_view name) {
    if (words_.empty()) return complain(fmt::format("option '{}' needs a value", name));
    add(option, words_.front());
    words_ = words_.subspan(1);
  }

  void add(const Declaration& option, std::string_view value) {
    line_.values[std::string{option.option}].emplace_back(value);
  }

  void unknown(std::string_view name) {
    complain(fmt::format("unknown option '{}' (see healthprobe --help)", shown(name)));
  }

  void complain(const std::string& complaint) {
    if (!stop_) stop_ = mistake(complaint);
  }

  std::span<const char* const> words_;
  CommandLine line_;
  bool wants_help_ = false;
  bool wants_version_ = false;
  std::optional<Stop> stop_;
};

}  // namespace

Stop mistake(std::string_view complaint) {
  return {1, fmt::format("healthprobe: {}\n", complaint)};
}

std::string shown(std::string_view value) {
  const auto authority = value.find("://");
  auto text = authority == value.npos ? std::string{value}
                                      : std::string{value.substr(0, authority + 3)} + "***";
  return heartbeat::truncate(heartbeat::printable(text), longest_shown);
}

tl::expected<CommandLine, Stop> parse_command_line(std::span<const char* const> arguments) {
  return Words{arguments.subspan(std::min<std::size_t>(1, arguments.size()))}.read();
}

}  // namespace probe
