#include "core/own.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using heartbeat::Boot;
using heartbeat::Document;
using heartbeat::Instance;
using probe::ThisHost;

namespace {

/// A machine that has been up for an hour. In this container, process 7 has run since 12 s.
ThisHost host() {
  return {.name = "a1",
          .boot_id = "this",
          .pid_namespace = 100,
          .net_namespace = 200,
          .began = 12s,
          .start_ticks = [](std::int64_t pid) {
            return pid == 7 ? std::optional<std::uint64_t>{1200} : std::nullopt;
          }};
}

/// A beat of that process.
Document beat() {
  return {.instance = Instance{.host = "a1",
                               .pid = 7,
                               .id = "x",
                               .start_ticks = 1200,
                               .pid_namespace = 100,
                               .net_namespace = 200},
          .boot = Boot{.id = "this", .at = 1h}};
}

void check(const Document& document, const ThisHost& here, bool is_own, const char* why) {
  CAPTURE(why);
  const auto ownership = ownership_of(document, here);
  CHECK(ownership.is_own == is_own);
  CHECK(ownership.why == why);
}

}  // namespace

TEST_CASE("a beat of a living process of this pid namespace is own") {
  check(beat(), host(), true, "written by process 7, which still runs");
}

TEST_CASE("after kill -9 and a restart in place, the beat of the dead process is not own at once") {
  auto gone = beat();
  gone.instance->pid = 8;
  check(gone, host(), false, "written by process 8, which has ended");
  auto again = beat();  // the new process has the pid of the dead one
  again.instance->start_ticks = 1199;
  check(again, host(), false, "written by process 7, which has ended");
  // A new container has a new pid namespace, and its host name.
  auto before = beat();
  before.instance->pid_namespace = 99;
  before.boot->at = 11'999ms;
  check(before, host(), false, "written before this container started");
  before.instance->net_namespace = 199;
  check(before, host(), false, "written before this container started");
}

TEST_CASE("in another pid namespace, as of a sidecar, the host name decides") {
  auto other = beat();
  other.instance->pid_namespace = 99;
  other.instance->pid = 1;
  const auto* why =
      "by the host name: written in another pid namespace, whose processes this one does not see";
  check(other, host(), true, why);
  other.boot->at = 12s;
  check(other, host(), true, why);
  other.instance->net_namespace.reset();
  check(other, host(), true, why);
}

TEST_CASE("another pod with the same host name is not own") {
  auto elsewhere = beat();
  elsewhere.boot->id = "other";
  check(elsewhere, host(), false,
        "written by another machine named 'a1', or before this one was started again");
  auto beside = beat();
  beside.instance->pid_namespace = 99;
  beside.instance->net_namespace = 201;
  check(beside, host(), false, "written by another container named 'a1'");
}

TEST_CASE("another host name is not own, even of a process that runs here") {
  auto other = beat();
  other.instance->host = "b2";
  check(other, host(), false, "written by host 'b2', this is 'a1'");
  check({}, host(), false, "does not say which host wrote it, this is 'a1'");
  other.instance->host.clear();
  check(other, {}, false, "does not say which host wrote it, this is ''");
}

TEST_CASE("without what names a process, the host name alone decides") {
  const auto* document = "by the host name alone: the document does not name its process";
  for (const auto& drop :
       {+[](Document& d) { d.boot.reset(); }, +[](Document& d) { d.instance->start_ticks.reset(); },
        +[](Document& d) { d.instance->pid_namespace.reset(); }}) {
    auto old = beat();
    old.instance->pid = 8;
    drop(old);
    check(old, host(), true, document);
  }
  const auto* machine = "by the host name alone: this machine does not show its processes";
  for (const auto& hide :
       {+[](ThisHost& h) { h.boot_id.clear(); }, +[](ThisHost& h) { h.pid_namespace.reset(); },
        +[](ThisHost& h) { h.began.reset(); }}) {
    auto here = host();
    hide(here);
    check(beat(), here, true, machine);
  }
}
