#include <fmt/format.h>

#include <cctype>

#include "edge/declarations.hpp"
#include "manual/manual.hpp"

namespace probe::manual {
namespace {

// A dot or a quote at the beginning of a line is a request; a hyphen that is
// meant to be typed is not a hyphen of the text.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else if ((c == '.' || c == '\'') && (out.empty() || out.back() == '\n'))
      out += fmt::format("\\&{}", c);
    else
      out += c;
  }
  return out;
}

std::string joined(std::string_view lines) {
  std::string out;
  for (const char c : lines) out += c == '\n' ? ' ' : c;
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

std::string option(const Declaration& declaration) {
  std::string names;
  for (const char c : std::string_view{declaration.names}) {
    if (c == ',')
      names += "\\fR, \\fB";
    else
      names += escaped({&c, 1});
  }
  const auto value =
      declaration.value == nullptr ? "" : fmt::format(" \\fI{}\\fR", escaped(declaration.value));
  auto text = joined(declaration.help);
  text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
  const auto environment = declaration.variable == nullptr
                               ? ""
                               : fmt::format("Environment: \\fB{}\\fR.\n", declaration.variable);
  return fmt::format(".TP\n\\fB{}\\fR{}\n{}.\n{}", names, value, escaped(text), environment);
}

constexpr std::string_view head = R"(.SH NAME
healthprobe \- say whether a service is healthy
.SH SYNOPSIS
.B healthprobe
.RI [ OPTION ]...
.RI [ SERVICE ]...
.SH DESCRIPTION
Reads the document that each service keeps in Redis under the key
.RI health: SERVICE
judges what it says and how old it is, prints one line for each service, and
ends with 0 or 1.
Without a name, the service is the one that
.B HEARTBEAT_SERVICE
names.
.PP
One line reads
.PP
.RS
.EX
worker\-1 unhealthy [stale]: last beat 41s ago, limit 30s
.EE
.RE
.PP
with the service, the verdict (healthy, starting, degraded, unhealthy, or unknown
when it could not be found out), the reason in one word, and what led to it.
.SH OPTIONS
)";

constexpr std::string_view tail = R"(.TP
\fB\-h\fR, \fB\-\-help\fR
Print the options and end.
.TP
\fB\-\-version\fR
Print the version and end.
.PP
Durations are written 500ms, 3s, 2m or 1h; a bare number is seconds.
Variables of options without a value take 1 or 0.
.SH EXIT STATUS
.TP
.B 0
Every service is healthy, or let pass by an option.
.TP
.B 1
Everything else: unhealthy, stale, missing, Redis out of reach, wrong usage.
Never 2, which Docker reserves.
.PP
With
.B \-\-watch
it is 0 when somebody ends the board, 1 for wrong usage.
With
.B \-o nagios
it is 0 for OK, 1 for WARNING (degraded, starting), 2 for CRITICAL (unhealthy,
trouble with Redis) and 3 for UNKNOWN (wrong usage).
.SH ENVIRONMENT
Beside the variables of the options:
.TP
.BR HEARTBEAT_REDIS_URL ", " REDIS_URL
Where Redis is; each also with
.B _FILE
behind it, for a file that holds the URL.
.TP
.BR REDIS_USERNAME ", " REDIS_PASSWORD ", " REDIS_PASSWORD_FILE ", " REDISCLI_AUTH
What the URL leaves out.
Secrets belong here, and not into arguments, which everybody may read.
.TP
.BR REDIS_SENTINEL_USERNAME ", " REDIS_SENTINEL_PASSWORD ", " REDIS_SENTINEL_PASSWORD_FILE
The same for sentinels.
.TP
.BR SSL_CERT_FILE ", " SSL_CERT_DIR
Where the certificate authorities are.
.SH EXAMPLES
A health check of a container, in a Dockerfile:
.PP
.RS
.EX
HEALTHCHECK CMD ["healthprobe", "ingestion"]
.EE
.RE
.PP
Everything that led to a verdict:
.PP
.RS
.EX
healthprobe \-\-explain ingestion
.EE
.RE
.PP
All services, kept up to date:
.PP
.RS
.EX
healthprobe \-\-watch
.EE
.RE
.PP
For the textfile collector of Prometheus's node exporter:
.PP
.RS
.EX
healthprobe \-o prometheus \-\-write /var/lib/node_exporter/healthprobe.prom ingestion
.EE
.RE
.SH SEE ALSO
.BR redis\-cli (1)
)";

}  // namespace

std::string man_page() {
  auto page = fmt::format(".TH HEALTHPROBE 1 \"{0}\" \"healthprobe {0}\" \"User Commands\"\n{1}",
                          HEALTHPROBE_VERSION, head);
  for (const auto& declaration : declarations()) page += option(declaration);
  return page + std::string{tail};
}

}  // namespace probe::manual
