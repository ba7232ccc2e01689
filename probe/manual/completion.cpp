#include <fmt/format.h>

#include <algorithm>

#include "manual/manual.hpp"

namespace probe::manual {
namespace {

/// The options, with their help cut at the first semicolon and without quotes and brackets.
std::vector<OptionText> options_to_complete(const CLI::App& app) {
  auto all = options_of(app);
  std::erase_if(all, [](const OptionText& option) { return option.names[0][0] != '-'; });
  for (auto& option : all) {
    option.help.resize(std::min(option.help.find(';'), option.help.size()));
    std::erase_if(option.help, [](char c) { return c == '\'' || c == '[' || c == ']'; });
  }
  return all;
}

/// What an argument that is no option may be, if there is a fixed list.
std::string words_to_complete(const CLI::App& app) {
  for (const auto& option : options_of(app))
    if (option.names[0][0] != '-' && !option.choices.empty())
      return fmt::format("{}", fmt::join(option.choices, " "));
  return {};
}

bool takes_file(const OptionText& option) { return option.value == "FILE"; }

}  // namespace

std::string bash_completion(const CLI::App& app) {
  std::string cases;
  std::string names;
  for (const auto& option : options_to_complete(app)) {
    names += (names.empty() ? "" : " ") + option.names.back();
    if (option.value.empty()) continue;
    const auto reply = takes_file(option)       ? std::string{"compgen -f -- \"$current\""}
                       : option.choices.empty() ? std::string{":"}
                                                : fmt::format("compgen -W '{}' -- \"$current\"",
                                                              fmt::join(option.choices, " "));
    cases += fmt::format("    {}) mapfile -t COMPREPLY < <({}); return ;;\n",
                         fmt::join(option.names, "|"), reply);
  }
  const auto words = words_to_complete(app);
  const auto others = words.empty()
                          ? ""
                          : fmt::format(
                                "  ((COMP_CWORD > 1)) || mapfile -t COMPREPLY < <(compgen -W '{}' "
                                "-- \"$current\")\n",
                                words);
  return fmt::format(R"(# bash completion for {0}
_{0}() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}}
  # bash splits "--option=value" into three words.
  if [[ $current == = ]]; then current=; elif [[ $previous == = ]]; then previous=${{COMP_WORDS[COMP_CWORD-2]}}; fi
  COMPREPLY=()
  case $previous in
{1}  esac
{3}  [[ $current != -* ]] || mapfile -t COMPREPLY < <(compgen -W '{2}' -- "$current")
}}
complete -F _{0} {0}
)",
                     app.get_name(), cases, names, others);
}

std::string zsh_completion(const CLI::App& app) {
  std::string specs;
  for (const auto& option : options_to_complete(app)) {
    const auto value = option.value.empty() ? std::string{}
                       : takes_file(option) ? std::string{":file:_files"}
                       : option.choices.empty()
                           ? std::string{":value: "}
                           : fmt::format(":value:({})", fmt::join(option.choices, " "));
    for (const auto& name : option.names)
      specs += fmt::format("  '*{}{}[{}]{}' \\\n", name,
                           !option.value.empty() && name.starts_with("--") ? "=" : "", option.help,
                           value);
  }
  if (const auto words = words_to_complete(app); !words.empty())
    specs += fmt::format("  '1:action:({})' \\\n", words);
  return fmt::format("#compdef {}\n_arguments -s \\\n{}  '*:service: '\n", app.get_name(), specs);
}

std::string fish_completion(const CLI::App& app) {
  auto lines = fmt::format("complete -c {} -f\n", app.get_name());
  if (const auto words = words_to_complete(app); !words.empty())
    lines +=
        fmt::format("complete -c {} -n __fish_use_subcommand -a '{}'\n", app.get_name(), words);
  for (const auto& option : options_to_complete(app)) {
    lines += "complete -c " + app.get_name();
    for (const auto& name : option.names)
      lines += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    lines += fmt::format(" -d '{}'", option.help);
    if (takes_file(option))
      lines += " -r -F";
    else if (!option.choices.empty())
      lines += fmt::format(" -x -a '{}'", fmt::join(option.choices, " "));
    else if (!option.value.empty())
      lines += " -x";
    lines += "\n";
  }
  return lines;
}

}  // namespace probe::manual
