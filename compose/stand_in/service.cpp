#include "stand_in/service.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace stand_in {
namespace {

/// Whether SIGTERM or SIGINT arrives within this time.
bool stop_requested(std::chrono::milliseconds within) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(within);
  const timespec wait{.tv_sec = seconds.count(),
                      .tv_nsec = std::chrono::nanoseconds{within - seconds}.count()};
  return sigtimedwait(&signals, nullptr, &wait) > 0;
}

}  // namespace

std::string name_or_environment(const std::string& name) {
  const char* set = std::getenv("HEARTBEAT_SERVICE");
  return name.empty() && set ? set : name;
}

Service::Service(const std::string& name)
    : name_{name_or_environment(name)},
      log{[name = name_](std::string_view line) { fmt::print(stderr, "{}: {}\n", name, line); }},
      beat{{.service = name, .clock = &clock_, .log = log}} {}

bool Service::next(std::chrono::milliseconds pause) {
  if (!started_) {
    started_ = true;
    log("started");
    open_control();
  }
  do {
    if (stop_requested(pause)) return false;
  } while (hanging_);
  return true;
}

void Service::open_control() {
  const auto address = control_address(name_);
  auto listener = address ? Control::listen(*address) : tl::unexpected(address.error());
  if (listener)
    control_.emplace(std::move(*listener), *address,
                     [this](std::string_view line) { return execute(line); });
  else
    log("runs without control: " + listener.error());
}

}  // namespace stand_in
