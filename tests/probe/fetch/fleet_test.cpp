#include "fetch/fleet.hpp"

#include "fetch/redis_source.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

using probe::Answer;
using probe::FleetQuery;
using probe::FleetReport;
using probe::Member;
using probe::Problem;
using probe::Reason;
using probe::Roster;

namespace {

using Names = std::vector<std::string>;

constexpr const char* healthy = R"({"status":"healthy","interval_ms":10000,"ttl_ms":60000})";
const heartbeat::WallTime read_at{std::chrono::hours{500'000}};

/// A fleet in memory. A problem is returned for a part that cannot be read.
class FakeSource final : public probe::FleetSource {
 public:
  std::map<std::string, std::string> documents;
  Names listed;                              ///< on the roster, each last seen a minute ago
  Names left;                                ///< those of them that left then
  std::optional<heartbeat::WallTime> began;  ///< the roster
  Problem roster_problem{}, documents_problem{};
  SilencesReply silences{};
  int roster_reads = 0, silence_reads = 0;
  std::vector<Names> document_reads;

  std::string place() const override { return " in a"; }
  tl::expected<probe::Listing, Problem> listing() override {
    return read_roster().map(probe::listing_of);
  }
  tl::expected<Roster, Problem> roster() override {
    ++roster_reads;
    return read_roster();
  }
  tl::expected<Roster, Problem> read_roster() const {
    if (!roster_problem.what.empty()) return tl::unexpected{roster_problem};
    Roster roster{.began = began};
    for (const auto& name : listed)
      roster.members.push_back(
          {name, read_at - std::chrono::minutes{1}, std::ranges::count(left, name) > 0});
    std::ranges::sort(roster.members, {}, &Member::name);
    return roster;
  }
  ExpectedNames scan_names() override {
    Names names;
    for (const auto& [name, document] : documents) names.push_back(name);
    return names;
  }
  void read_documents(std::span<const std::string> names, const TakeAnswer& take,
                      const TakeSilences& take_silences) override {
    document_reads.emplace_back(names.begin(), names.end());
    if (take_silences) {
      ++silence_reads;
      take_silences(silences);
    }
    for (auto i = names.size(); i-- > 0;) {  // in any order
      if (!documents_problem.what.empty())
        take(i, Answer{.value = documents_problem});
      else if (const auto found = documents.find(names[i]); found != documents.end())
        take(i, Answer{.value = found->second, .pttl = 55'000});
      else
        take(i, Answer{});
    }
  }
};

FleetQuery named(Names services) {
  return {.selection = {.services = std::move(services)},
          .acceptance = {.prefix = "health:"},
          .now = read_at};
}

FleetQuery all_services() {
  auto query = named({});
  query.selection.all = true;
  return query;
}

std::string text_of(const std::vector<probe::Verdict>& verdicts) {
  std::string text;
  for (const auto& verdict : verdicts)
    text += verdict.service + " " + std::string{to_string(verdict.reason)} + "; ";
  return text;
}

}  // namespace

TEST_CASE(
    "named services are judged in their order, and the roster is not read if it is not needed") {
  FakeSource source;
  source.documents = {{"b", healthy}, {"a", R"({"status":"degraded"})"}};
  const auto report = read_fleet(source, named({"b", "a"}));
  CHECK(text_of(report.verdicts) == "b healthy; a degraded; ");
  CHECK(report.verdicts[0].document);
  CHECK(source.roster_reads == 0);
  CHECK_FALSE(report.problem);
}

TEST_CASE("a missing service is judged by its replicas, or has the time when it was last seen") {
  FakeSource source;
  source.documents = {{"w:1", healthy}, {"a", healthy}};
  source.listed = {"w:1", "w:2", "gone", "wx:1"};
  const auto report = read_fleet(source, named({"w", "a", "gone", "typo"}));
  CHECK(text_of(report.verdicts) ==
        "w:1 healthy; w:2 missing; a healthy; gone missing; typo missing; ");
  CHECK(report.verdicts[1].text.ends_with(" (60s ago)"));
  CHECK(report.verdicts[3].text.ends_with(" (60s ago)"));
  CHECK(report.verdicts[4].text == "no key health:typo in a, not on the roster");
  CHECK(source.roster_reads == 1);
  // All replicas in one round trip.
  CHECK(source.document_reads.size() == 2);
}

TEST_CASE("a roster that is needed and cannot be read is reported") {
  FakeSource source;
  source.documents = {{"a", healthy}};
  source.roster_problem = {Reason::timeout, "late"};
  const auto report = read_fleet(source, named({"w", "a"}));
  CHECK(text_of(report.verdicts) == "w timeout; a healthy; ");
  CHECK(report.verdicts[0].text.starts_with(
      "no key health:w in a; it may have replicas, but the roster"));
  CHECK(text_of(read_fleet(source, all_services()).verdicts) == "* timeout; ");
}

TEST_CASE("the times of all members are read only if a verdict or a memory needs them") {
  FakeSource source;
  source.documents = {{"a", healthy}, {"w:1", healthy}};
  source.listed = {"a", "w:1"};
  CHECK(text_of(read_fleet(source, all_services()).verdicts) == "a healthy; w:1 healthy; ");
  CHECK(source.roster_reads == 0);
  Roster memory;
  read_fleet(source, all_services(), memory);
  CHECK(source.roster_reads == 1);
  CHECK(memory.members.size() == 2);
  source.documents.erase("a");
  CHECK(text_of(read_fleet(source, all_services()).verdicts) == "a missing; w:1 healthy; ");
  CHECK(source.roster_reads == 2);
}

TEST_CASE("every service on the roster is judged, by name") {
  FakeSource source;
  source.documents = {{"b", healthy}, {"w:1", healthy}, {"only-a-key", healthy}};
  source.listed = {"w:1", "b", "w"};
  const auto report = read_fleet(source, all_services());
  CHECK(text_of(report.verdicts) == "b healthy; w missing; w:1 healthy; ");
  CHECK(report.verdicts[1].text.ends_with(" (60s ago)"));
  auto query = all_services();
  query.selection.scan = true;
  CHECK(text_of(read_fleet(source, query).verdicts) ==
        "b healthy; only-a-key healthy; w missing; w:1 healthy; ");
}

TEST_CASE("no service at all, and a roster that cannot be read") {
  FakeSource source;
  auto report = read_fleet(source, all_services());
  CHECK(text_of(report.verdicts) == "* missing; ");
  CHECK(report.verdicts[0].text ==
        "health::services lists no service: no service has written to it");
  CHECK_FALSE(report.problem);
  source.roster_problem = {Reason::denied, "NOPERM"};
  report = read_fleet(source, all_services());
  CHECK(text_of(report.verdicts) == "* denied; ");
  CHECK(report.problem->what == "NOPERM");
}

TEST_CASE("on-demand names are read together with the selection and reported separately") {
  FakeSource source;
  source.documents = {{"a", healthy}, {"x", healthy}, {"w:1", healthy}};
  source.listed = {"w:1"};
  auto query = named({"a"});
  query.on_demand = {"x", "a", "w", "typo"};
  const auto report = read_fleet(source, query);
  CHECK(text_of(report.verdicts) == "a healthy; ");
  REQUIRE(report.on_demand.size() == 3);
  CHECK(text_of(report.on_demand.at("x")) == "x healthy; ");
  CHECK(text_of(report.on_demand.at("w")) == "w:1 healthy; ");
  CHECK(text_of(report.on_demand.at("typo")) == "typo missing; ");

  query.selection = {.all = true};
  CHECK(text_of(read_fleet(source, query).verdicts) == "w:1 healthy; ");
  source.roster_problem = {Reason::denied, "NOPERM"};
  CHECK(text_of(read_fleet(source, query).verdicts) == "* denied; ");
  CHECK(text_of(read_fleet(source, query).on_demand.at("x")) == "x healthy; ");
}

TEST_CASE("a replica that only a scan finds is listed, and does not stand in for its service") {
  FakeSource source;
  source.documents = {{"w:1", healthy}, {"w:3", healthy}};
  source.listed = {"w", "w:1", "w:2"};
  auto query = all_services();
  query.selection.scan = true;
  CHECK(verdicts_for("w", read_fleet(source, query), query).empty());
  CHECK(text_of(verdicts_for("w:1", read_fleet(source, query), query)) == "w:1 healthy; ");
  query.on_demand = {"w"};
  const auto report = read_fleet(source, query);
  CHECK(text_of(report.verdicts) == "w missing; w:1 healthy; w:2 missing; w:3 healthy; ");
  CHECK(text_of(verdicts_for("w", report, query)) == "w:1 healthy; w:2 missing; ");
}

TEST_CASE("documents that cannot be read are a problem, unless there is a file") {
  FakeSource source;
  source.documents_problem = {Reason::loading, "LOADING"};
  auto query = named({"a"});
  CHECK(read_fleet(source, query).problem->reason == Reason::loading);
  query.file = probe::FileReading{"/f", probe::FileContent{healthy, read_at}, {.wall = read_at}};
  CHECK(text_of(read_fleet(source, query).verdicts) == "a healthy; ");
  CHECK(read_fleet(source, query).problem->reason == Reason::loading);
}

TEST_CASE("a missing key is judged by the fresh file of its service, and of no other") {
  FakeSource source;
  source.listed = {"a", "b"};
  auto query = all_services();
  const std::string document =
      R"({"status":"degraded","service":"a","interval_ms":10000,"written_at":"2027-01-15T08:00:00Z",)"
      R"("boot":{"id":"this","ms":5000}})";
  const heartbeat::WallTime written{std::chrono::sys_days{std::chrono::year{2027} / 1 / 15} +
                                    std::chrono::hours{8}};
  query.file = probe::FileReading{
      "/f",
      probe::FileContent{document, written},
      {.wall = written, .boot = heartbeat::Boot{"this", std::chrono::seconds{7}}}};
  const auto report = read_fleet(source, query);
  CHECK(text_of(report.verdicts) == "a degraded; b missing; ");
  CHECK(report.verdicts[0].text.starts_with("Redis has no key health:a in a, last seen "));
  CHECK_FALSE(report.problem);  // Redis answered
}

TEST_CASE("the message on a timeout names what took the time") {
  using namespace std::chrono_literals;
  const Problem late{Reason::timeout, "r:1: no answer to GETRANGE within 2s"};
  CHECK(probe::with_own_time(late, 999ms, 2s).what == late.what);
  const auto own = probe::with_own_time(late, 1s, 2s);
  CHECK(own.reason == Reason::timeout);
  CHECK(own.what == "not read within 2s: this machine took 1s to judge the other documents");
  CHECK(probe::with_own_time({Reason::loading, "LOADING"}, 2s, 2s).what == "LOADING");
}

TEST_CASE("documents are kept for as many services as the query says") {
  FakeSource source;
  source.documents = {{"a", healthy}, {"b", R"({"status":"degraded"})"}};
  auto query = named({"a", "b"});
  query.max_with_documents = 2;
  for (const auto& verdict : read_fleet(source, query).verdicts) CHECK(verdict.document);
  query.max_with_documents = 1;
  const auto report = read_fleet(source, query);
  CHECK(text_of(report.verdicts) == "a healthy; b degraded; ");
  for (const auto& verdict : report.verdicts) CHECK_FALSE(verdict.document);
}

TEST_CASE("replicas are counted with min_healthy") {
  FakeSource source;
  source.documents = {{"w:1", healthy}, {"w:2", healthy}};
  source.listed = {"w:1", "w:2", "w:3", "w"};
  auto query = named({"w"});
  query.selection.min_healthy = 2;
  CHECK(text_of(read_fleet(source, query).verdicts) == "w healthy; ");
  query.selection.min_healthy = 3;
  CHECK(text_of(read_fleet(source, query).verdicts) == "w missing; ");
  query.selection = {.all = true, .min_healthy = 2};
  CHECK(text_of(read_fleet(source, query).verdicts) == "w healthy; ");
}

TEST_CASE("all services are starting while the roster is young, unless Redis cannot be asked") {
  FakeSource source;
  source.documents = {{"a", healthy}};
  source.listed = {"a"};
  source.began = read_at - std::chrono::seconds{119};
  const auto report = read_fleet(source, all_services());
  CHECK(text_of(report.verdicts) == "* starting; a healthy; ");
  CHECK(text_of(verdicts_for("a", report, all_services())) == "a healthy; ");
  CHECK(text_of(read_fleet(source, named({"a"})).verdicts) == "a healthy; ");
  source.began = read_at - std::chrono::minutes{2};
  CHECK(text_of(read_fleet(source, all_services()).verdicts) == "a healthy; ");
  source.began = read_at;
  source.documents_problem = {Reason::loading, "LOADING"};
  CHECK(text_of(read_fleet(source, all_services()).verdicts) == "a loading; ");
}

TEST_CASE("a name that was seen is missing when Redis was emptied, until it is forgotten") {
  FakeSource source;
  source.documents = {{"a", healthy}, {"b", healthy}, {"w:1", healthy}, {"w:2", healthy}};
  source.listed = {"a", "b", "w:1", "w:2"};
  source.began = read_at - std::chrono::hours{9};
  Roster memory, other_memory;
  CHECK(read_fleet(source, all_services(), memory).verdicts.size() == 4);
  CHECK(read_fleet(source, named({"w"}), other_memory).verdicts.size() == 2);
  source.listed = {"a", "w:1"};
  SUBCASE("forgotten") {
    CHECK(text_of(read_fleet(source, all_services(), memory).verdicts) ==
          "a healthy; w:1 healthy; ");
    CHECK(text_of(read_fleet(source, named({"w"}), other_memory).verdicts) == "w:1 healthy; ");
  }
  SUBCASE("emptied") {
    source.documents = {{"a", healthy}, {"w:1", healthy}};
    source.began = read_at - std::chrono::minutes{2};
    for (int i = 0; i < 2; ++i) {
      const auto report = read_fleet(source, all_services(), memory);
      CHECK(text_of(report.verdicts) == "a healthy; b missing; w:1 healthy; w:2 missing; ");
      CHECK(report.verdicts[1].text.ends_with("; Redis was emptied since"));
      CHECK(text_of(read_fleet(source, named({"w"}), other_memory).verdicts) ==
            "w:1 healthy; w:2 missing; ");
    }
    source.roster_problem = {Reason::timeout, "late"};
    read_fleet(source, all_services(), memory);
    source.roster_problem = {};
    CHECK(read_fleet(source, all_services(), memory).verdicts.size() == 4);
  }
}

TEST_CASE("expected names must be there, each or one of its replicas") {
  FakeSource source;
  source.documents = {{"a", healthy}, {"w:1", healthy}, {"foreign", healthy}};
  source.listed = {"a", "w:1"};
  auto query = all_services();
  query.selection.expected = {"w", "gone", "a", "foreign", "w:2"};
  const auto report = read_fleet(source, query);
  CHECK(text_of(report.verdicts) ==
        "a healthy; foreign healthy; gone missing; w:1 healthy; w:2 missing; ");
  CHECK(report.verdicts[2].text == "no key health:gone in a, not on the roster");
  source.listed.clear();
  source.documents.clear();
  CHECK(read_fleet(source, query).verdicts.size() == 5);
}

TEST_CASE("replicas that left are judged by their names only") {
  FakeSource source;
  const char* stopped = R"({"status":"unhealthy","reason":"stopped","ttl_ms":60000})";
  source.documents = {{"w:1", healthy}, {"w:2", stopped}, {"v:1", stopped}};
  source.listed = {"v:1", "w:1", "w:2", "w:3"};
  source.left = {"v:1", "w:2", "w:3"};
  CHECK(text_of(read_fleet(source, all_services()).verdicts) == "v:1 unhealthy; w:1 healthy; ");
  CHECK(text_of(read_fleet(source, named({"w"})).verdicts) == "w:1 healthy; ");
  CHECK(text_of(read_fleet(source, named({"v"})).verdicts) == "v:1 unhealthy; ");
  CHECK(text_of(read_fleet(source, named({"w:3"})).verdicts) == "w:3 missing; ");
  auto query = named({"w"});
  query.selection.min_healthy = 1;
  CHECK(read_fleet(source, query).verdicts[0].text == "1 of 1 replicas pass, 1 needed");
}

TEST_CASE("the silences are read once if they are wanted, and set on all that they cover") {
  FakeSource source;
  source.listed = {"a", "worker:1", "worker:2"};
  source.documents = {{"a", healthy}, {"worker:1", healthy}, {"worker:2", healthy}};
  const probe::Silence silence{"worker", read_at + std::chrono::milliseconds{1}, "anna@laptop", ""};
  source.silences = Names{probe::member_of(silence), probe::score_of(silence)};
  auto query = all_services();
  query.on_demand = {"worker"};
  CHECK(read_fleet(source, query).verdicts[1].silence == nullptr);
  CHECK(source.silence_reads == 0);

  query.with_silences = true;
  auto report = read_fleet(source, query);
  CHECK(source.silence_reads == 1);
  REQUIRE(report.verdicts.size() == 3);
  CHECK(report.verdicts[0].silence == nullptr);
  REQUIRE(report.verdicts[2].silence);
  CHECK(*report.verdicts[2].silence == silence);
  REQUIRE(report.on_demand["worker"].size() == 2);
  CHECK(report.on_demand["worker"][0].silence);

  query.selection.min_healthy = 2;
  report = read_fleet(source, query);
  REQUIRE(report.verdicts.size() == 2);
  CHECK(report.verdicts[1].silence);
  query.now += std::chrono::milliseconds{1};
  CHECK(read_fleet(source, query).verdicts[1].silence == nullptr);

  source.silences = tl::unexpected{Problem{Reason::denied, "ZRANGE"}};
  report = read_fleet(source, query);
  REQUIRE(report.silences_problem);
  CHECK(report.silences_problem->reason == Reason::denied);
  CHECK_FALSE(report.problem);
  CHECK(report.verdicts[1].silence == nullptr);
}
