#include <random>

#include "cli/declare.hpp"
#include "parsed.hpp"

namespace {

bool same(const probe::Options& a, const probe::Options& b) {
  return a.selection.services == b.selection.services && a.selection.all == b.selection.all &&
         a.selection.scan == b.selection.scan &&
         a.selection.min_healthy == b.selection.min_healthy && a.redis_url == b.redis_url &&
         a.file == b.file && a.file_alone == b.file_alone && a.timeout == b.timeout &&
         a.acceptance.prefix == b.acceptance.prefix &&
         a.acceptance.max_age == b.acceptance.max_age && a.acceptance.ttl == b.acceptance.ttl &&
         a.acceptance.own.has_value() == b.acceptance.own.has_value() &&
         a.acceptance.expectations.size() == b.acceptance.expectations.size() &&
         a.exit_policy.degraded == b.exit_policy.degraded &&
         a.exit_policy.starting == b.exit_policy.starting &&
         a.exit_policy.redis_trouble == b.exit_policy.redis_trouble && a.warning == b.warning &&
         a.forget == b.forget && a.silence == b.silence && a.unsilence == b.unsilence &&
         a.silences == b.silences && a.reason == b.reason && a.format == b.format &&
         a.watch == b.watch && a.quiet == b.quiet && a.write == b.write &&
         a.explain.has_value() == b.explain.has_value();
}

}  // namespace

TEST_CASE("plain_options() finds the same options as the parser") {
  const Arguments words{"a", "b",  "a",  "worker-1", "a:b", "",
                        "-", "-q", "--", "--all",    "x y", "--own"};
  const std::vector<std::pair<const char*, const char*>> variables{
      {"HEARTBEAT_SERVICE", "own"}, {"HEARTBEAT_SERVICE", "a:b"}, {"HEARTBEAT_SERVICE", "-"},
      {"HEARTBEAT_PREFIX", "p:"},   {"HEARTBEAT_PREFIX", "p\n"},  {"HEARTBEAT_REDIS_URL", "x"},
      {"REDIS_PASSWORD", "x"},      {"HEARTBEAT_INTERVAL", "1s"}, {"HEALTHPROBE_OWN", "1"},
      {"HEARTBEAT_INSTANCE", "1"}};
  std::mt19937 random{12};
  const auto below = [&](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>{0, n - 1}(random);
  };
  std::size_t plain = 0;
  for (int round = 0; round < 2000; ++round) {
    Arguments arguments{"healthprobe"};
    for (auto left = below(4); left > 0; --left)
      arguments.push_back(words[below(round % 2 == 0 ? 4 : words.size())]);
    Variables chosen;
    for (auto left = below(3); left > 0; --left) chosen.insert(variables[below(variables.size())]);
    const auto environment = environment_of(chosen);
    const auto quick = probe::plain_options(arguments, environment);
    if (!quick) continue;
    ++plain;
    const auto whole = probe::options_by_parser(arguments, environment);
    REQUIRE(whole);
    CHECK(same(*quick, *whole));
  }
  CHECK(plain > 200);
}

TEST_CASE("plain_options() finds nothing if the variable of another option is set") {
  CLI::App app;
  probe::ProbeArguments arguments;
  probe::Declarations declarations{app};
  probe::declare_healthprobe(declarations, arguments);
  const Arguments words{"healthprobe", "a"};
  REQUIRE(probe::plain_options(words, environment_of({})));
  for (const auto* option : app.get_options()) {
    const auto name = option->get_envname();
    if (name.empty()) continue;
    CAPTURE(name);
    const bool is_plain =
        name == "HEARTBEAT_REDIS_URL" || name == "HEARTBEAT_PREFIX" || name == "HEARTBEAT_SERVICE";
    CHECK(probe::plain_options(words, environment_of({{name, "1"}})).has_value() == is_plain);
  }
}

TEST_CASE(
    "declaring only the options that a word can contain gives the same result as declaring all") {
  const Arguments words{"a",
                        "--all",
                        "--scan",
                        "-q",
                        "-qt",
                        "5",
                        "-t5",
                        "-ojson",
                        "--own",
                        "--timeout",
                        "--own=no",
                        "--forget=b",
                        "--watch",
                        "--expect",
                        "a < 1",
                        "--file=",
                        "/f",
                        "--explain",
                        "--timeou",
                        "--help",
                        "-u",
                        "redis://h",
                        "--",
                        "--stand-in",
                        "--write",
                        "-x",
                        "--quiet",
                        "--min-healthy=2",
                        "--silence=1h",
                        "--silences",
                        "--unsilence",
                        "--reason=x",
                        "a:1"};
  std::mt19937 random{12};
  const auto below = [&](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>{0, n - 1}(random);
  };
  std::size_t accepted = 0;
  for (int round = 0; round < 500; ++round) {
    Arguments arguments{"healthprobe"};
    for (auto left = below(5); left > 0; --left) arguments.push_back(words[below(words.size())]);
    Variables variables{{"HEARTBEAT_SERVICE", "own"}};
    if (below(2) == 0) variables.emplace("HEARTBEAT_PREFIX", "p:");
    const auto environment = environment_of(variables);
    const auto some = probe::parse_options(arguments, environment);
    const auto all = probe::options_by_parser(arguments, environment);
    REQUIRE(some.has_value() == all.has_value());
    if (!some) CHECK(some.error().text == all.error().text);
    if (some) CHECK(same(*some, *all));
    accepted += some ? 1 : 0;
  }
  CHECK(accepted > 80);
}
