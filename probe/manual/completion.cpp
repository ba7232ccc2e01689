#include <fmt/format.h>

#include <string_view>
#include <vector>

#include "edge/declarations.hpp"
#include "manual/manual.hpp"

namespace probe::manual {
namespace {

/// One option as shells know it, those without a variable among them.
struct Option {
  std::vector<std::string> names;
  std::string help;
  bool takes_value = false;
  bool takes_file = false;
  std::string choices;  ///< separated by spaces
};

std::vector<std::string> split(std::string_view text, std::string_view separator) {
  std::vector<std::string> parts;
  while (true) {
    const auto end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == text.npos) return parts;
    text.remove_prefix(end + separator.size());
  }
}

// The first phrase of the help, fit to stand in single quotes and in brackets.
std::string phrase(std::string_view help) {
  std::string out;
  for (const char c : help.substr(0, help.find(';'))) {
    if (c == '\'' || c == '[' || c == ']') continue;
    out += c == '\n' ? ' ' : c;
  }
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

std::vector<Option> options() {
  std::vector<Option> all;
  for (const auto& declaration : declarations()) {
    const bool takes_value = declaration.value != nullptr;
    Option option{.names = split(declaration.names, ","),
                  .help = phrase(declaration.help),
                  .takes_value = takes_value,
                  .takes_file = takes_value && declaration.value == std::string_view{"FILE"},
                  .choices = {}};
    if (declaration.choices != nullptr)
      for (const auto& choice : split(declaration.choices, ", "))
        option.choices += (option.choices.empty() ? "" : " ") + choice;
    all.push_back(std::move(option));
  }
  all.push_back({.names = {"-h", "--help"}, .help = "print the options", .choices = {}});
  all.push_back({.names = {"--version"}, .help = "print the version", .choices = {}});
  return all;
}

std::string joined(const std::vector<std::string>& words, std::string_view separator) {
  return fmt::format("{}", fmt::join(words, separator));
}

}  // namespace

std::string bash_completion() {
  std::string cases;
  std::string names;
  for (const auto& option : options()) {
    names += (names.empty() ? "" : " ") + option.names.back();
    if (!option.takes_value) continue;
    const auto reply = option.takes_file ? std::string{"compgen -f -- \"$current\""}
                       : option.choices.empty()
                           ? std::string{":"}
                           : fmt::format("compgen -W '{}' -- \"$current\"", option.choices);
    cases += fmt::format("    {}) mapfile -t COMPREPLY < <({}); return ;;\n",
                         joined(option.names, "|"), reply);
  }
  return fmt::format(R"(# bash completion for healthprobe
_healthprobe() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}}
  # "=" is a word of its own to bash.
  if [[ $current == = ]]; then current=; elif [[ $previous == = ]]; then previous=${{COMP_WORDS[COMP_CWORD-2]}}; fi
  COMPREPLY=()
  case $previous in
{}  esac
  [[ $current != -* ]] || mapfile -t COMPREPLY < <(compgen -W '{}' -- "$current")
}}
complete -F _healthprobe healthprobe
)",
                     cases, names);
}

std::string zsh_completion() {
  std::string specs;
  for (const auto& option : options()) {
    const auto value = !option.takes_value      ? std::string{}
                       : option.takes_file      ? std::string{":file:_files"}
                       : option.choices.empty() ? std::string{":value: "}
                                                : fmt::format(":value:({})", option.choices);
    for (const auto& name : option.names)
      specs +=
          fmt::format("  '*{}{}[{}]{}' \\\n", name,
                      option.takes_value && name.starts_with("--") ? "=" : "", option.help, value);
  }
  return fmt::format("#compdef healthprobe\n_arguments -s \\\n{}  '*:service: '\n", specs);
}

std::string fish_completion() {
  std::string lines = "complete -c healthprobe -f\n";
  for (const auto& option : options()) {
    lines += "complete -c healthprobe";
    for (const auto& name : option.names)
      lines += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    lines += fmt::format(" -d '{}'", option.help);
    if (option.takes_file)
      lines += " -r -F";
    else if (!option.choices.empty())
      lines += fmt::format(" -x -a '{}'", option.choices);
    else if (option.takes_value)
      lines += " -x";
    lines += "\n";
  }
  return lines;
}

}  // namespace probe::manual
