#include <fmt/format.h>
#include <gnu/libc-version.h>

#include <memory>

#include "cli/declare.hpp"
#include "host/build.hpp"
#include "redis/tls.hpp"

namespace probe {
namespace {

constexpr std::size_t help_column = 34;
constexpr std::size_t max_line = 100;

constexpr std::string_view common_footer =
    R"(
Durations: 500ms, 3s, 2m, 1h; a bare number is seconds. Variables of flags: 1 or 0.
An option overrides its variable and the variables of options that it cannot be combined with.
Put secrets into variables or files, not into arguments: HEARTBEAT_REDIS_URL[_FILE],
REDIS_URL[_FILE], REDIS_USERNAME, REDIS_PASSWORD[_FILE], REDISCLI_AUTH;
REDIS_SENTINEL_USERNAME, REDIS_SENTINEL_PASSWORD[_FILE]; SSL_CERT_FILE, SSL_CERT_DIR.
)";

/// CLI11's layout, with the default and the variable after the text.
class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter() { column_width(help_column); }

  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override {
    return CLI::detail::find_and_replace(Formatter::make_help(app, std::move(name), mode), "\n\n\n",
                                         "\n\n");
  }

  std::string make_option_opts(const CLI::Option* option) const override {
    return option->get_type_name().empty() ? "" : " " + option->get_type_name();
  }

  std::string make_option_desc(const CLI::Option* option) const override {
    auto text = option->get_description();
    const auto append = [&text](const std::string& more) {
      const auto used = help_column + text.size() - (text.rfind('\n') + 1);
      text += (used + 1 + more.size() > max_line ? "\n" : " ") + more;
    };
    const auto fallback = option->get_expected_max() == 0 ? "" : option->get_default_str();
    if (!fallback.empty()) append(fmt::format("(default: {})", fallback));
    if (!option->get_envname().empty()) append(fmt::format("[${}]", option->get_envname()));
    return text;
  }

  std::string make_option_usage(const CLI::Option* option) const override {
    return fmt::format("[{}]...", option->get_name());
  }
};

/// Without the C++ library, whose version is the compiler's.
std::string version_text(const CLI::App& app) {
  std::string text = app.get_name();
  for (const char* part : {" ", heartbeat::built_from.version, "\ncommit ",
                           heartbeat::built_from.commit, "\nTLS: ", heartbeat::redis::tls_version(),
                           "\nlibraries: ", heartbeat::built_from.libraries, ", CLI11 ",
                           CLI11_VERSION, ", glibc ", gnu_get_libc_version(), "\n"})
    text += part;
  return text;
}

}  // namespace

void declare_help(CLI::App& app, const std::string& footer) {
  app.option_defaults()->group("Help");
  app.get_help_ptr()->description("print this help")->group("Help");
  app.set_version_flag(
      "--version", [&app] { return version_text(app); }, "print the version and what is built in");
  app.formatter(std::make_shared<HelpFormatter>());
  app.footer(fmt::format("{}{}This build {} TLS.", footer, common_footer,
                         heartbeat::redis::has_tls() ? "supports" : "does not support"));
}

}  // namespace probe
