#include "http/poller.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <chrono>

#include "fetch/expected.hpp"
#include "fetch/fleet.hpp"
#include "fetch/read_file.hpp"
#include "fetch/redis_source.hpp"
#include "host/host.hpp"
#include "redis/deadline.hpp"

namespace probe::http {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t max_members = 100'000;

}  // namespace

SnapshotPoller::SnapshotPoller(const CommonOptions& options, redis::Environment environment,
                               OnChanges on_changes)
    : options_{options},
      environment_{std::move(environment)},
      on_changes_{std::move(on_changes)},
      cancel_{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)},
      thread_{[this] { run(); }} {}

SnapshotPoller::~SnapshotPoller() {
  if (!stop()) _exit(0);
  thread_.join();
  close(cancel_);
}

void SnapshotPoller::start(std::vector<std::string> on_demand, OnSnapshot deliver) {
  const std::lock_guard lock{mutex_};
  next_.emplace(std::move(on_demand), std::move(deliver));
  changed_.notify_all();
}

bool SnapshotPoller::stop() {
  std::unique_lock lock{mutex_};
  stopping_ = true;
  changed_.notify_all();
  eventfd_write(cancel_, 1);
  return changed_.wait_for(lock, 500ms, [this] { return done_; });
}

void SnapshotPoller::run() {
  std::unique_lock lock{mutex_};
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || next_; });
    if (stopping_) break;
    const auto [on_demand, deliver] = std::exchange(next_, std::nullopt).value_or(PollRequest{});
    lock.unlock();
    auto snapshot = poll(on_demand);
    const auto& [verdicts, members, others, problem] = snapshot.report;
    const auto changes = detector_.update(verdicts, problem, snapshot.query.now);
    deliver(std::move(snapshot));
    if (on_changes_) on_changes_(changes);
    lock.lock();
  }
  done_ = true;
  changed_.notify_all();
}

FleetSnapshot SnapshotPoller::poll(std::vector<std::string> on_demand) {
  FleetSnapshot snapshot{.query = options_.query()};
  snapshot.query.on_demand = std::move(on_demand);
  snapshot.query.now = heartbeat::wall_now();
  const auto began = std::chrono::steady_clock::now();
  try {
    if (!options_.file.empty()) snapshot.query.file = read_file(options_.file);
    snapshot.report = read(snapshot.query);
  } catch (const std::exception& error) {
    snapshot.report = report_without_redis(snapshot.query, {Reason::redis_error, error.what()});
  }
  // There is no verdict if no service is selected and the file does not name its service.
  if (const auto& problem = snapshot.report.problem; problem && snapshot.report.verdicts.empty())
    snapshot.report.verdicts.push_back(
        {.service = all_services, .reason = problem->reason, .text = problem->what});
  // The next poll makes a new client, because a password in a file may have changed.
  if (snapshot.report.problem) client_.reset();
  snapshot.took =
      std::chrono::round<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
  return snapshot;
}

FleetReport SnapshotPoller::read(FleetQuery& query) {
  if (options_.file_alone) return report_from_file(query);
  if (!client_) {
    auto endpoint = configured_endpoint(environment_, options_.redis_url);
    if (!endpoint) return report_without_redis(query, endpoint.error());
    client_.emplace(std::move(*endpoint));
    client_->set_find_endpoint(
        [this] { return configured_endpoint(environment_, options_.redis_url); });
  }
  if (const auto read = read_expected(query.selection, environment_); !read)
    return report_without_redis(query, read.error());
  RedisSource source{*client_, options_.acceptance.prefix,
                     redis::Deadline::after(options_.timeout, cancel_), max_members};
  return read_fleet(source, query, memory_);
}

}  // namespace probe::http
