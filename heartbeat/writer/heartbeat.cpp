#include "heartbeat/heartbeat.hpp"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "writer/callback_loop.hpp"
#include "writer/config.hpp"
#include "writer/dates_loop.hpp"
#include "writer/detachable_thread.hpp"
#include "writer/file_sink.hpp"
#include "writer/redis_sink.hpp"
#include "writer/service_state.hpp"
#include "writer/write_loop.hpp"

namespace heartbeat {

// Passes lines to the host, one call at a time, until it is closed.
class HostLog {
 public:
  explicit HostLog(std::function<void(std::string_view)> log) : log_{std::move(log)} {}

  void write(std::string_view line) {
    if (!log_) return;
    const std::lock_guard lock{mutex_};
    if (!closed_) log_("heartbeat: " + std::string{line});
  }
  void close() noexcept { closed_ = true; }

 private:
  const std::function<void(std::string_view)> log_;
  std::mutex mutex_;
  std::atomic<bool> closed_{false};
};

// Shared by the threads: one that was abandoned still finds it when its call returns.
class Heartbeat::Impl : public std::enable_shared_from_this<Heartbeat::Impl> {
 public:
  explicit Impl(const Config& config)
      : config_{resolve(config, redis::process_environment())},
        clock_{config.clock != nullptr ? *config.clock : own_clock_},
        log_{config.log} {
    if (!config_.file.empty()) redis_thread_.waker().pass_on_to(file_thread_.waker());
  }

  ServiceState& service() noexcept { return service_; }
  Writer writer() const { return writer_.read(); }
  std::uint64_t sequence() const noexcept { return redis_loop_.sequence(); }
  void wake() noexcept { redis_thread_.waker().wake(); }
  bool forked() const noexcept { return getpid() != process_; }

  // The host may have moved its clock, and so made a callback due.
  void wake_callbacks() noexcept {
    if (&clock_ == &own_clock_) return;
    const std::unique_lock lock{start_stop_mutex_, std::try_to_lock};
    if (!lock) return;  // they are being started or stopped
    for (DetachableThread& thread : callback_threads_) thread.waker().wake();
  }

  void start() {
    if (forked() && has_threads_)
      throw ForkedError(
          "the heartbeat is that of the parent process, which has started it: this "
          "process marks for it, or makes one of its own");
    {
      const std::lock_guard lock{start_stop_mutex_};
      if (started_) return;
      if (forked()) leave_parent();
      has_threads_ = true;
      create_threads();
      service_.start();
      started_ = true;
      wake();
      dates_thread_.waker().wake();
      for (DetachableThread& thread : callback_threads_) thread.waker().wake();
    }
    if (!config_.find_redis) log_that_there_is_no_redis();
  }

  void stop() noexcept {
    const std::lock_guard lock{start_stop_mutex_};
    const Time deadline = std::chrono::steady_clock::now() + config_.stop_timeout;
    for (DetachableThread& thread : callback_threads_) thread.request_stop();
    file_thread_.request_stop();
    dates_thread_.request_stop();
    redis_thread_.stop(deadline);
    file_thread_.stop(deadline);
    dates_thread_.stop(deadline);
    for (DetachableThread& thread : callback_threads_) thread.stop(deadline);
    log_.close();
  }

 private:
  // The parent had not started: this process beats by itself, as another instance.
  void leave_parent() {
    redis_thread_.leave_parent();
    file_thread_.leave_parent();
    dates_thread_.leave_parent();
    service_.leave_parent();
    redis_sink_.emplace(config_, service_.instance().id, redis_thread_, writer_,
                        log_on(redis_thread_));
    process_ = getpid();
  }

  void create_threads() {
    std::size_t count = 0;
    for (Callback& callback : service_.callbacks()) {
      if (++count > callback_threads_.size()) callback_threads_.emplace_back();
      DetachableThread& thread = callback_threads_[count - 1];
      create(thread, "heartbeat-check", [&callback, &thread](Impl& self) {
        keep_calling(callback, self.clock_, thread, self.service_);
      });
    }
    if (config_.find_redis)
      create(redis_thread_, "heartbeat", [](Impl& self) { self.redis_loop_.run(); });
    if (!config_.file.empty())
      create(file_thread_, "heartbeat-file", [](Impl& self) { self.file_loop_.run(); });
    if (!service_.schedules_with_files().empty())
      create(dates_thread_, "heartbeat-dates", [](Impl& self) { self.dates_loop_.run(); });
  }

  // The thread waits until all threads exist: if one is refused, start() can be repeated.
  template <typename Body>
  void create(DetachableThread& thread, const char* name, Body body) {
    thread.start(name, [self = shared_from_this(), &thread, body] {
      while (!self->started_ && !thread.stopping()) thread.sleep_until(far_future);
      if (self->started_) body(*self);
    });
  }

  // A log call may block for ever.
  Log log_on(DetachableThread& thread) {
    return [this, &thread](std::string_view line) {
      if (!thread.run_abandonable([&] { log_.write(line); })) throw Abandoned{};
    };
  }

  // One of the two loops tells the changes of the status.
  Log changes_log(bool is_redis_loop) {
    if (!config_.log_changes || is_redis_loop != static_cast<bool>(config_.find_redis)) return {};
    return log_on(is_redis_loop ? redis_thread_ : file_thread_);
  }

  void log_that_there_is_no_redis() noexcept try {
    log_.write(
        (config_.file.empty() ? "beats nowhere: " : "beats only into " + config_.file + ": ") +
        config_.no_redis);
  } catch (...) {
    return;  // the log threw; the beat goes on
  }

  std::atomic<pid_t> process_ = getpid();
  const ResolvedConfig config_;
  const Clock own_clock_;
  const Clock& clock_;
  HostLog log_;
  DetachableThread redis_thread_;  // never started without a Redis
  DetachableThread file_thread_;   // never started without a file
  DetachableThread dates_thread_;  // never started without a schedule that reads a file
  ServiceState service_{config_, clock_, redis_thread_.waker()};
  SharedWriter writer_;
  std::optional<RedisSink> redis_sink_{std::in_place, config_, service_.instance().id,
                                       redis_thread_, writer_, log_on(redis_thread_)};
  FileSink file_sink_{config_.file, file_thread_, writer_, log_on(file_thread_)};
  WriteLoop redis_loop_{config_, service_,     clock_,           redis_thread_,
                        writer_, *redis_sink_, changes_log(true)};
  WriteLoop file_loop_{config_,    service_,          clock_, file_thread_, writer_,
                       file_sink_, changes_log(false)};
  DatesLoop dates_loop_{config_.interval, service_, dates_thread_, writer_, log_on(dates_thread_)};
  std::mutex start_stop_mutex_;
  std::atomic<bool> has_threads_{false};
  std::atomic<bool> started_{false};
  std::deque<DetachableThread> callback_threads_;
};

Heartbeat::Heartbeat(const Config& config) : impl_{std::make_shared<Impl>(config)} {}

Heartbeat::~Heartbeat() { stop(); }

Flag& Heartbeat::flag(std::string_view) { return impl_->service().add_flag(); }
Gauge& Heartbeat::gauge(std::string_view) { return impl_->service().add_gauge(); }
Events& Heartbeat::activity(std::string_view) { return impl_->service().add_activity(); }
Events& Heartbeat::errors(std::string_view) { return impl_->service().add_errors(); }

Condition Heartbeat::succeeds(std::function<bool()> test, Polling polling) {
  return succeeds(std::move(test), polling, [] { return true; });
}

Condition Heartbeat::succeeds(std::function<bool()> test, Polling polling,
                              std::function<bool()> begun) {
  auto& callback = impl_->service().add_callback(std::move(test), polling, std::move(begun));
  return {.source = &callback, .kind = Kind::callback};
}

Check Heartbeat::check(std::string name, Severity severity, const Condition& condition) {
  return {*this, impl_->service().add_check(std::move(name), severity, condition)};
}

Check& Check::during(const Schedule& schedule) {
  beat_->impl_->service().set_schedule(index_, schedule);
  return *this;
}

void Heartbeat::report(Status status, std::string_view reason) {
  if (impl_->forked()) return;
  impl_->service().report(status, reason);
  impl_->wake();
}

Judgement Heartbeat::judge() {
  if (impl_->forked())
    return {.status = Status::starting, .reason = "a forked child has no heartbeat"};
  auto document = impl_->service().snapshot().document;
  impl_->wake();
  impl_->wake_callbacks();
  return {.status = document.status, .reason = std::move(document.reason)};
}

Writer Heartbeat::writer() const { return impl_->forked() ? Writer{} : impl_->writer(); }

std::uint64_t Heartbeat::sequence() const { return impl_->forked() ? 0 : impl_->sequence(); }

void Heartbeat::start() { impl_->start(); }

void Heartbeat::stop() noexcept {
  if (!impl_->forked()) impl_->stop();
}

}  // namespace heartbeat
