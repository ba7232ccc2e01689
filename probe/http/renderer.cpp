#include "http/renderer.hpp"

#include <exception>
#include <utility>

namespace probe::http {
namespace {

Response rendered(const Route& route, const FleetSnapshot& snapshot,
                  const std::optional<History>& history) try {
  return history ? respond(route, snapshot, *history) : respond(route, snapshot);
} catch (const std::exception& error) {
  return error_response(503, error.what());  // no memory
}

}  // namespace

Renderer::Renderer() : thread_{[this] { run(); }} {}

Renderer::~Renderer() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

void Renderer::start(Route route, std::shared_ptr<const FleetSnapshot> snapshot,
                     std::optional<History> history, OnResponse deliver) {
  const std::lock_guard lock{mutex_};
  jobs_.push_back({std::move(route), std::move(snapshot), std::move(history), std::move(deliver)});
  changed_.notify_all();
}

void Renderer::run() {
  std::unique_lock lock{mutex_};
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (stopping_) return;
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    auto response = rendered(job.route, *job.snapshot, job.history);
    job.snapshot.reset();
    job.deliver(std::move(response));
    job = {};
    lock.lock();
  }
}

}  // namespace probe::http
