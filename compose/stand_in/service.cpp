#include "stand_in/service.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace stand_in {
namespace {

/// Was the process told to end within this time?
bool told_to_end(std::chrono::milliseconds within) {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(within);
  const timespec wait{.tv_sec = seconds.count(),
                      .tv_nsec = std::chrono::nanoseconds{within - seconds}.count()};
  return sigtimedwait(&ends, nullptr, &wait) > 0;
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
    if (told_to_end(pause)) return false;
  } while (hanging_);
  return true;
}

void Service::open_control() {
  const auto address = control_address(name_);
  auto listener = address ? Control::listen(*address) : tl::unexpected(address.error());
  if (listener)
    control_.emplace(std::move(*listener), *address,
                     [this](std::string_view line) { return obey(line); });
  else
    log("runs without control: " + listener.error());
}

}  // namespace stand_in
