#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "document/document.hpp"
#include "document/text.hpp"
#include "document/time.hpp"
#include "http/bodies.hpp"

namespace probe::http {
namespace {

using heartbeat::format_duration;
using namespace std::chrono_literals;

constexpr std::string_view beginning = R"(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="5"><meta name="color-scheme" content="light dark">
<title>)";
constexpr std::string_view style = R"(</title><style>
:root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--dim:#57606a;--line:#d0d7de;--good:#116329;--warn:#7d4e00;--bad:#b3151f}
@media (prefers-color-scheme:dark){:root{--bg:#0d1117;--fg:#e6edf3;--dim:#9da7b1;--line:#30363d;--good:#56d364;--warn:#e3b341;--bad:#ff7b72}}
body{margin:0 auto;max-width:60rem;padding:1rem;background:var(--bg);color:var(--fg);font:1rem/1.45 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.4rem;margin:.2rem 0}h2{font-size:1.1rem;margin:0}p{margin:.3rem 0}
ul.services{list-style:none;padding:0}ul.services>li{border:1px solid var(--line);border-left:.5rem solid var(--dim);border-radius:.4rem;padding:.6rem .8rem;margin:.6rem 0}
ul.services>li.healthy{border-left-color:var(--good)}ul.services>li.degraded,ul.services>li.starting{border-left-color:var(--warn)}ul.services>li.unhealthy,ul.services>li.unknown{border-left-color:var(--bad)}
.word{font-weight:700}.healthy .word{color:var(--good)}.degraded .word,.starting .word{color:var(--warn)}.unhealthy .word,.unknown .word{color:var(--bad)}
.dim{color:var(--dim)}.alert{border:2px solid var(--bad);border-radius:.4rem;padding:.6rem .8rem}
</style></head><body>
)";

std::string html(std::string_view text) {
  using Entity = std::pair<char, std::string_view>;
  constexpr std::array<Entity, 5> entities{
      {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}}};
  std::string out;
  for (const char c : heartbeat::printable(text)) {
    const auto* entity = std::ranges::find(entities, c, &Entity::first);
    out += entity == entities.end() ? std::string_view{&c, 1} : entity->second;
  }
  return out;
}

std::string item(const Verdict& verdict, WallTime now) {
  const auto status = to_string(verdict.status());
  auto out = fmt::format(
      "<li class=\"{0}\"><h2>{1} <span class=\"word\">{0}</span></h2>\n<p>[{2}] {3}</p>\n", status,
      html(verdict.service), to_string(verdict.reason), html(verdict.text));
  if (verdict.age)
    out += fmt::format("<p class=\"dim\">last beat {} ago{}</p>\n", format_duration(*verdict.age),
                       verdict.limit ? ", limit " + format_duration(*verdict.limit) : "");
  if (!verdict.document) return out + "</li>\n";
  std::string checks;
  for (const auto& check : verdict.document->checks) {
    if (check.state == heartbeat::CheckState::pass) continue;
    checks += fmt::format(
        "<li>{}: {}{}</li>\n", heartbeat::to_string(check.state),
        html(heartbeat::describe(check, verdict.document->written_at)),
        check.since ? ", since " + format_duration(std::max(now - *check.since, 0ms)) : "");
  }
  if (!checks.empty()) out += "<ul>\n" + checks + "</ul>\n";
  return out + "</li>\n";
}

}  // namespace

std::string page(const FleetSnapshot& snapshot) {
  const auto& verdicts = snapshot.report.verdicts;
  std::string services;
  for (const auto* verdict : worst_first(verdicts)) services += item(*verdict, snapshot.query.now);
  const auto bad = std::ranges::count_if(
      verdicts, [](const auto& verdict) { return verdict.status() != HealthStatus::healthy; });
  const bool is_nameless = verdicts.size() == 1 && verdicts[0].service == all_services;
  const auto summary = verdicts.empty() || is_nameless ? std::string{"no service"}
                       : bad == 0 ? fmt::format("all {} healthy", verdicts.size())
                                  : fmt::format("{} of {} not healthy", bad, verdicts.size());
  std::string alert;
  if (const auto& problem = snapshot.report.problem)
    alert =
        fmt::format("<p class=\"alert\" role=\"alert\"><strong>{}:</strong> {}</p>\n",
                    is_redis_trouble(problem->reason) ? "Redis is unreachable or returns an error"
                                                      : "The services cannot be read",
                    html(problem->what));
  return fmt::format(
      "{}{} - health{}<main><h1>Health: {}</h1>\n{}<p class=\"dim\">read at <time>{}</time></p>\n"
      "<ul class=\"services\">\n{}</ul></main></body></html>\n",
      beginning, summary, style, summary, alert, heartbeat::format_timestamp(snapshot.query.now),
      services);
}

}  // namespace probe::http
