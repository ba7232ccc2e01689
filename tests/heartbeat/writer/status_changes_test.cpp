#include "writer/status_changes.hpp"

#include <doctest/doctest.h>

using heartbeat::Document;
using heartbeat::Status;
using heartbeat::StatusChanges;
using namespace std::chrono_literals;

namespace {

constexpr heartbeat::Time midnight{24h};

Document document(Status status, std::string reason) {
  Document document;
  document.status = status;
  document.reason = std::move(reason);
  return document;
}

}  // namespace

TEST_CASE("a status is told once, with its reason") {
  StatusChanges changes{"ingestion"};
  CHECK(changes.update(document(Status::starting, "a waits"), midnight) ==
        "ingestion is starting: a waits");
  CHECK_FALSE(changes.update(document(Status::starting, "b waits"), midnight + 1s));
}

TEST_CASE("a change tells how long the status before it lasted") {
  StatusChanges changes{"worker:1"};
  changes.update(document(Status::healthy, "2 checks pass"), midnight);
  CHECK_FALSE(changes.update(document(Status::healthy, "2 checks pass"), midnight + 10s));
  CHECK(changes.update(document(Status::unhealthy, "link is false (critical)"), midnight + 42s) ==
        "worker:1 is unhealthy: link is false (critical) (was healthy for 42s)");
  CHECK(changes.update(document(Status::healthy, ""), midnight + 43s) ==
        "worker:1 is healthy (was unhealthy for 1s)");
}
