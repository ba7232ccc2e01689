#include "http/page.hpp"

#include <doctest/doctest.h>

#include "http/respond.hpp"
#include "http/template.hpp"

namespace page_test {
namespace {

using namespace std::chrono_literals;
using probe::ChangeDetector;
using probe::Reason;
using probe::http::FleetSnapshot;
using probe::http::PageFilter;

constexpr heartbeat::WallTime noon{1'764'158'400s};

FleetSnapshot snapshot_of(std::vector<std::pair<std::string, Reason>> services) {
  FleetSnapshot snapshot{.query = {.selection = {.all = true}}};
  snapshot.query.now = noon;
  for (auto& [name, reason] : services)
    snapshot.report.verdicts.push_back(
        {.service = std::move(name), .reason = reason, .text = "the cause"});
  return snapshot;
}

std::string shown(const FleetSnapshot& snapshot, const PageFilter& filter = {}) {
  return probe::http::page(snapshot, filter);
}

bool has(std::string_view page, std::string_view text) { return page.find(text) != page.npos; }

/// So many healthy services `worker-0000`, ... and one that is not.
FleetSnapshot fleet(int count) {
  std::vector<std::pair<std::string, Reason>> services{{"ingestion", Reason::stale}};
  for (int i = 1; i < count; ++i)
    services.emplace_back("worker-" + std::to_string(10'000 + i), Reason::healthy);
  return snapshot_of(std::move(services));
}

}  // namespace

TEST_CASE("a failing service has its cause and since when, and the healthy ones are compact") {
  auto snapshot = fleet(200);
  snapshot.states = std::make_shared<const std::vector<ChangeDetector::LastState>>(
      std::vector<ChangeDetector::LastState>{{"ingestion", Reason::stale, {noon - 5min, true}}});
  const auto html = shown(snapshot);
  CHECK(has(html, "1 of 200 not healthy"));
  CHECK(has(html, "<title>✗ 1 of 200 not healthy - health</title>"));
  CHECK(has(html, "icon-unhealthy.svg"));
  CHECK(has(html, "✗ unhealthy</span> [stale]"));
  CHECK(has(html, "<p>the cause</p>"));
  CHECK(has(html, "Since <time datetime=\"2025-11-26T11:55:00.000Z\">"));
  CHECK(has(html, "<summary>worker (199)</summary>"));
  CHECK(html.find("ingestion</a>") < html.find("worker-10001</a>"));
  CHECK(html.size() < 60'000);
}

TEST_CASE("services with one beginning are a group if there are three, and the rest is together") {
  const auto html = shown(snapshot_of({{"worker-1", Reason::healthy},
                                       {"worker-2", Reason::healthy},
                                       {"worker:3", Reason::healthy},
                                       {"ingestion", Reason::healthy},
                                       {"depth-a", Reason::healthy}}));
  CHECK(has(html, "worker (3)"));
  CHECK(has(html, "other (2)"));
  CHECK(has(html, "<title>✓ all 5 healthy"));
}

TEST_CASE("the page shows the services that match a part of the name and a state") {
  const auto snapshot = fleet(20);
  CHECK_FALSE(has(shown(snapshot, {"WORKER", ""}), "ingestion</a>"));
  CHECK(has(shown(snapshot, {"worker-10001", ""}), "worker-10001</a>"));
  CHECK_FALSE(has(shown(snapshot, {"worker-10001", ""}), "worker-10002</a>"));
  CHECK_FALSE(has(shown(snapshot, {"", "not-healthy"}), "worker-10001</a>"));
  CHECK(has(shown(snapshot, {"", "healthy"}), "worker-10001</a>"));
  CHECK_FALSE(has(shown(snapshot, {"", "healthy"}), "ingestion</a>"));
  CHECK(has(shown(snapshot, {"", "degraded"}), "No service is like that."));
  CHECK(has(shown(snapshot, {"\"><script>", ""}), "value=\"&quot;&gt;&lt;script&gt;\""));
  CHECK(has(shown(snapshot, {"", "healthy"}), "<option value=\"healthy\" selected>"));
  // What is hidden still counts.
  CHECK(has(shown(snapshot, {"worker", ""}), "1 of 20 not healthy"));
}

TEST_CASE("while Redis is away, what was known last is shown, and that it is old") {
  auto snapshot = snapshot_of({});
  snapshot.query.now = noon + 1min;
  snapshot.report.problem = probe::Problem{Reason::unreachable, "redis:6379: refused"};
  snapshot.last_known = std::make_shared<const FleetSnapshot>(fleet(3));
  const auto html = shown(snapshot);
  CHECK(has(html, "role=\"alert\"><strong>Redis is unreachable or returns an error:</strong>"));
  CHECK(has(html, "was known at <time datetime=\"2025-11-26T12:00:00.000Z\">"));
  CHECK(has(html, "last known: 1 of 3 not healthy"));
  CHECK(has(html, "worker-10001</a>"));
  CHECK(has(html, "icon-unhealthy.svg"));
  snapshot.last_known =
      std::make_shared<const FleetSnapshot>(snapshot_of({{"a", Reason::healthy}}));
  CHECK(has(shown(snapshot), "icon-unknown.svg"));  // never better than that
  const auto one = probe::http::service_page("a", snapshot, {});
  CHECK(has(one, "role=\"alert\""));
  CHECK(has(one, "✓ healthy"));
  CHECK(has(one, "icon-unknown.svg"));
}

TEST_CASE("the page of a service has its checks, worst first, its writer and its history") {
  auto snapshot = snapshot_of({{"ingestion", Reason::unhealthy}});
  heartbeat::Document document;
  document.instance = heartbeat::Instance{.host = "h<1>", .pid = 7, .id = "x"};
  document.sequence = 42;
  document.checks = {{.name = "token", .state = heartbeat::CheckState::pass},
                     {.name = "ticks",
                      .state = heartbeat::CheckState::fail,
                      .kind = heartbeat::Kind::age,
                      .value = 75.0,
                      .limit = 60.0,
                      .since = noon - 15s}};
  document.writer = heartbeat::Writer{.failed_writes = 3};
  snapshot.report.verdicts[0].document = std::make_shared<const heartbeat::Document>(document);
  const probe::History history{
      {{.observer = "o", .service = "ingestion", .at = noon - 1h, .to = Reason::healthy},
       {.observer = "o",
        .service = "ingestion",
        .at = noon - 1min,
        .from = Reason::healthy,
        .since = noon - 1h,
        .to = Reason::unhealthy,
        .text = "<why>"}},
      {{"o", noon - 1h, noon}}};
  const auto html = probe::http::service_page("ingestion", snapshot, history);
  CHECK(html.find("ticks</th>") < html.find("token</th>"));
  CHECK(has(html, "✗ fail"));
  CHECK(has(html, "limit 60s"));
  CHECK(has(html, "<dd>h&lt;1&gt;</dd>"));
  CHECK(has(html, "<dt>Failed writes</dt><dd>3</dd>"));
  CHECK(has(html, "98.33% of 1h in 24 h"));
  CHECK(has(html, "<rect class=\"unhealthy\""));
  CHECK(has(html, "&lt;why&gt;"));
  CHECK_FALSE(has(html, "<why>"));
  CHECK(has(probe::http::service_page("ingestion", snapshot, {}), "Nothing is known."));

  const std::string note = "<p>The checks are those of the last beat.";
  CHECK_FALSE(has(html, note));
  CHECK_FALSE(has(html, "<p></p>"));
  snapshot.report.verdicts[0].reason = Reason::stale;
  CHECK(has(probe::http::service_page("ingestion", snapshot, history), note));
}

TEST_CASE("pages need no outside asset, no inline style and no inline script") {
  for (const auto& html :
       {shown(fleet(10)), probe::http::service_page("ingestion", fleet(10), {})}) {
    CHECK(has(html, "<html lang=\"en\">"));
    CHECK(has(html, "name=\"viewport\""));
    CHECK(has(html, "<noscript><meta http-equiv=\"refresh\""));
    for (const auto* forbidden : {"<style", "style=\"", "javascript:", "http://", "onclick", "{{"})
      CHECK_FALSE(has(html, forbidden));
  }
}

TEST_CASE("the files of the page are served, templates are not") {
  for (const auto* file : {"style.css", "script.js", "icon-healthy.svg", "icon-unhealthy.svg"}) {
    CHECK(probe::http::is_page_file(file));
    CHECK_FALSE(probe::http::served_page_file(file).content.empty());
  }
  for (const auto* file : {"frame.html", "icon.svg", "", "icon-.svg", "../style.css"})
    CHECK_FALSE(probe::http::is_page_file(file));
  CHECK(probe::http::served_page_file("script.js").content_type.starts_with("text/javascript"));
}

TEST_CASE("each place of a template is filled, and nothing in a value is a place") {
  CHECK(has(probe::http::filled("failing_all.html", {{"name", "{{text}}"}, {"text", "x"}}),
            "{{text}}"));
}

TEST_CASE("a silenced service comes last of those that fail, and does not set the title") {
  auto snapshot =
      snapshot_of({{"a", Reason::stale}, {"b", Reason::degraded}, {"c", Reason::healthy}});
  const auto silence = std::make_shared<const probe::Silence>(
      probe::Silence{"a", noon + 30min, "<anna>@laptop", "restart & more"});
  snapshot.report.verdicts[0].silence = silence;
  auto html = shown(snapshot);
  CHECK(has(html, "1 of 3 not healthy, 1 silenced"));
  CHECK(has(html, "icon-degraded.svg"));
  CHECK(html.find("service/b") < html.find("service/a"));
  CHECK(has(html, "<li class=\"unhealthy silenced\">"));
  CHECK(has(html,
            "<p>Silenced until <time datetime=\"2025-11-26T12:30:00.000Z\">"
            "2025-11-26T12:30:00.000Z</time> by &lt;anna&gt;@laptop: restart &amp; more</p>"));
  snapshot.report.verdicts[1].silence = silence;
  html = shown(snapshot);
  CHECK(has(html, "<title>✓ 0 of 3 not healthy, 2 silenced - health</title>"));
  CHECK(has(html, "icon-healthy.svg"));
  const auto of_service = probe::http::service_page("a", snapshot, {});
  CHECK(has(of_service, "Silenced until <time"));
  CHECK(has(of_service, "icon-unhealthy.svg"));
}

}  // namespace page_test
