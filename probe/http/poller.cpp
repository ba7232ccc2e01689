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
                               OnChanges on_changes, HistoryKeeper* keeper,
                               OnProblem on_silences_problem)
    : options_{options},
      environment_{std::move(environment)},
      on_changes_{std::move(on_changes)},
      keeper_{keeper},
      on_silences_problem_{std::move(on_silences_problem)},
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

bool SnapshotPoller::start_history(std::string service, OnHistory deliver) {
  const std::lock_guard lock{mutex_};
  if (histories_.size() >= max_histories) return false;
  histories_.emplace_back(std::move(service), std::move(deliver));
  changed_.notify_all();
  return true;
}

void SnapshotPoller::run() {
  std::unique_lock lock{mutex_};
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || next_ || !histories_.empty(); });
    if (stopping_) break;
    if (next_) {
      const auto request = std::exchange(next_, std::nullopt).value_or(PollRequest{});
      lock.unlock();
      poll_and_note(request);
    } else {
      const auto [service, deliver] = std::move(histories_.front());
      histories_.pop_front();
      lock.unlock();
      deliver(keeper_ == nullptr
                  ? History{}
                  : keeper_->history_of(service, client_ ? &*client_ : nullptr, deadline()));
    }
    lock.lock();
  }
  done_ = true;
  changed_.notify_all();
}

void SnapshotPoller::poll_and_note(const PollRequest& request) {
  const auto& [on_demand, deliver] = request;
  const auto began = std::chrono::steady_clock::now();
  auto snapshot = poll(on_demand);
  snapshot.took =
      std::chrono::round<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
  const Moment start{snapshot.query.now, began};
  const Moment end{heartbeat::wall_now(), std::chrono::steady_clock::now()};
  const bool is_read = !snapshot.report.problem;
  const auto changes =
      detector_.update(snapshot.report.verdicts, snapshot.report.problem, start.wall);
  if (!states_ || !changes.verdicts.empty())
    states_ = std::make_shared<const std::vector<ChangeDetector::LastState>>(detector_.states());
  snapshot.states = states_;
  tell_silences_problem(snapshot);
  deliver(std::move(snapshot));
  if (on_changes_) on_changes_(changes);
  if (keeper_ != nullptr)
    keeper_->note({changes, detector_.states(), is_read, start, end}, client_ ? &*client_ : nullptr,
                  deadline());
}

void SnapshotPoller::tell_silences_problem(const FleetSnapshot& snapshot) {
  const auto& problem = snapshot.report.silences_problem;
  const bool is_told = std::exchange(is_silences_problem_told_, problem.has_value());
  if (problem && !is_told && on_silences_problem_)
    on_silences_problem_(*problem, snapshot.query.now);
}

redis::Deadline SnapshotPoller::deadline() const {
  return redis::Deadline::after(options_.timeout, cancel_);
}

FleetSnapshot SnapshotPoller::poll(std::vector<std::string> on_demand) {
  FleetSnapshot snapshot{.query = options_.query()};
  snapshot.query.on_demand = std::move(on_demand);
  snapshot.query.with_silences = true;
  snapshot.query.now = heartbeat::wall_now();
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
  RedisSource source{*client_, options_.acceptance.prefix, deadline(), max_members};
  return read_fleet(source, query, memory_);
}

}  // namespace probe::http
