#include <fmt/format.h>

#include "cli/values.hpp"
#include "manual/manual.hpp"

namespace probe::manual {
namespace {

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  return CLI::detail::find_and_replace(std::move(text), std::string{from}, std::string{to});
}

// To roff, a dot or a quote begins a command, and only "\-" is the character that users type.
std::string roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else if ((c == '.' || c == '\'') && out.empty())
      out += fmt::format("\\&{}", c);
    else
      out += c;
  }
  return out;
}

std::string man_entry(const OptionText& option) {
  std::string names;
  for (const auto& name : option.names)
    names += fmt::format("{}\\fB{}\\fR", names.empty() ? "" : ", ", roff(name));
  auto text =
      fmt::format(".TP\n{}{}\n{}.\n", names,
                  option.value.empty() ? "" : fmt::format(" \\fI{}\\fR", roff(option.value)),
                  roff(option.help));
  if (!option.fallback.empty()) text += fmt::format("Default: {}.\n", roff(option.fallback));
  if (!option.variable.empty()) text += fmt::format("Environment: \\fB{}\\fR.\n", option.variable);
  return text;
}

}  // namespace

std::vector<OptionText> options_of(const CLI::App& app) {
  std::vector<OptionText> all;
  for (const auto* option : app.get_options()) {
    const bool takes_value = option->get_expected_max() > 0;
    OptionText text{.names = {},
                    .value = takes_value ? option->get_type_name() : "",
                    .choices = {},
                    .help = replaced(option->get_description(), "\n", " "),
                    .fallback = takes_value ? option->get_default_str() : "",
                    .variable = option->get_envname()};
    for (const auto& name : option->get_snames()) text.names.push_back("-" + name);
    for (const auto& name : option->get_lnames()) text.names.push_back("--" + name);
    if (option->get_positional()) text.names.push_back(option->get_name());
    if (text.value.find('|') != text.value.npos) text.choices = split(text.value, '|');
    all.push_back(std::move(text));
  }
  return all;
}

std::string man_page(const CLI::App& app, std::string page_template) {
  std::string entries;
  for (const auto& option : options_of(app)) entries += man_entry(option);
  return replaced(replaced(std::move(page_template), "@OPTIONS@", entries), "@VERSION@",
                  HEALTHPROBE_VERSION);
}

std::string option_table(const CLI::App& app) {
  auto table = fmt::format(
      "## {}\n\n| option | variable | default | meaning |\n|---|---|---|---|\n", app.get_name());
  for (const auto& option : options_of(app))
    table += fmt::format("| `{}{}{}` | {} | {} | {} |\n", fmt::join(option.names, "`, `"),
                         option.value.empty() ? "" : " ", replaced(option.value, "|", "\\|"),
                         option.variable.empty() ? "" : fmt::format("`{}`", option.variable),
                         option.fallback, option.help);
  return table;
}

}  // namespace probe::manual
