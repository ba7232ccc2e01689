#include "heartbeat/heartbeat.hpp"

#include <unistd.h>

#include <deque>
#include <mutex>
#include <optional>

#include "writer/config.hpp"
#include "writer/detachable_thread.hpp"
#include "writer/file_sink.hpp"
#include "writer/service_state.hpp"
#include "writer/write_loop.hpp"

namespace heartbeat {

// The threads share ownership of this: one that had to be left behind in a
// resolver or in a callback finds it still there.
class Heartbeat::Impl : public std::enable_shared_from_this<Heartbeat::Impl> {
 public:
  explicit Impl(const Config& config)
      : settings_{resolve(config, redis::process_environment())},
        clock_{config.clock != nullptr ? *config.clock : own_clock_},
        service_{settings_, clock_, worker_.waker()},
        log_{one_at_a_time(config.log)},
        beater_{settings_, service_, clock_, worker_, log_} {
    if (settings_.file.empty()) return;
    worker_.waker().pass_on_to(file_worker_.waker());
    file_beater_.emplace(settings_, service_, clock_, file_worker_, beater_, log_);
  }

  ServiceState& service() noexcept { return service_; }
  WriteLoop::Shown writer() const { return beater_.condition(); }
  void wake() noexcept { worker_.waker().wake(); }
  bool forked() const noexcept { return getpid() != process_; }

  void start() {
    const std::lock_guard lock{life_};
    if (!service_.start()) return;
    for (Callback& callback : service_.callbacks()) {
      DetachableThread& worker = askers_.emplace_back();
      worker.start("heartbeat-check", [self = shared_from_this(), &callback, &worker] {
        self->keep_asking(callback, worker);
      });
    }
    worker_.start("heartbeat", [self = shared_from_this()] { self->beater_.run(); });
    if (file_beater_)
      file_worker_.start("heartbeat-file",
                         [self = shared_from_this()] { self->file_beater_->run(); });
    running_ = true;
  }

  void stop() noexcept {
    const std::lock_guard lock{life_};
    const auto deadline = DetachableThread::Clock::now() + settings_.stop_timeout;
    for (DetachableThread& asker : askers_) asker.request_stop();
    if (running_) file_worker_.request_stop();
    worker_.stop(deadline);
    file_worker_.stop(deadline);
    for (DetachableThread& asker : askers_) asker.stop(deadline);
  }

 private:
  static WriteLoop::Log one_at_a_time(const WriteLoop::Log& log) {
    if (!log) return {};
    return [log, turn = std::make_shared<std::mutex>()](std::string_view line) {
      const std::lock_guard lock{*turn};
      log(line);
    };
  }

  void keep_asking(Callback& callback, DetachableThread& worker) {
    while (!worker.stopping()) {
      callback.begin(clock_.now());
      wake();
      Callback::Answer answer;
      if (!worker.run_abandonable([&] { answer = callback.run(); })) return;
      callback.end(std::move(answer));
      wake();
      worker.sleep_until(DetachableThread::Clock::now() + callback.polling().every);
    }
  }

  const pid_t process_ = getpid();
  const ResolvedConfig settings_;
  const Clock own_clock_;
  const Clock& clock_;
  DetachableThread worker_;
  DetachableThread file_worker_;  // never started without a file
  ServiceState service_;
  const WriteLoop::Log log_;
  WriteLoop beater_;
  std::optional<FileSink> file_beater_;
  bool running_ = false;
  std::mutex life_;  // starts and stops come one after the other
  std::deque<DetachableThread> askers_;
};

Heartbeat::Heartbeat(const Config& config) : impl_{std::make_shared<Impl>(config)} {}

Heartbeat::~Heartbeat() { stop(); }

Flag& Heartbeat::flag(std::string_view) { return impl_->service().add_flag(); }
Gauge& Heartbeat::gauge(std::string_view) { return impl_->service().add_gauge(); }
Events& Heartbeat::activity(std::string_view) { return impl_->service().add_activity(); }
Events& Heartbeat::errors(std::string_view) { return impl_->service().add_errors(); }

Condition Heartbeat::succeeds(std::function<bool()> test, Polling polling) {
  return {.source = &impl_->service().add_callback(std::move(test), polling),
          .kind = Kind::callback};
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
  return {.status = document.status, .reason = std::move(document.reason)};
}

Writer Heartbeat::writer() const { return impl_->forked() ? Writer{} : impl_->writer().writer; }

std::uint64_t Heartbeat::sequence() const { return impl_->forked() ? 0 : impl_->writer().sequence; }

void Heartbeat::start() {
  if (!impl_->forked()) impl_->start();
}

void Heartbeat::stop() noexcept {
  if (!impl_->forked()) impl_->stop();
}

}  // namespace heartbeat
