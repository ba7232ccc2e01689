#include "stand_in/control.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

namespace stand_in {
namespace {

using namespace std::chrono_literals;

bool is_socket(const std::string& path) {
  struct stat found{};
  return lstat(path.c_str(), &found) == 0 && S_ISSOCK(found.st_mode);
}

bool has_listener(const ControlAddress& address) {
  const auto fd = unix_socket();
  return fd && connect(fd->get(), address.generic(), address.length) == 0;
}

}  // namespace

tl::expected<Descriptor, std::string> Control::listen(const ControlAddress& address) {
  auto fd = unix_socket();
  if (!fd) return fd;

  const auto bound = [&] { return bind(fd->get(), address.generic(), address.length) == 0; };
  bool ok = bound();
  if (!ok && errno == EADDRINUSE) {
    if (address.path.empty() || has_listener(address))
      return tl::unexpected(fmt::format("another process listens at {}", address.text));
    if (!is_socket(address.path))
      return tl::unexpected(fmt::format("{} is not a socket", address.text));
    unlink(address.path.c_str());
    ok = bound();
  }
  if (!ok || ::listen(fd->get(), 8) != 0)
    return tl::unexpected(fmt::format("{}: {}", address.text, std::strerror(errno)));
  return fd;
}

Control::Control(Descriptor listener, ControlAddress address, Answer answer)
    : listener_{std::move(listener)},
      address_{std::move(address)},
      answer_{std::move(answer)},
      thread_{[this] { serve(); }} {}

Control::~Control() {
  shutdown(listener_.get(), SHUT_RDWR);  // ends accept()
  thread_.join();
  if (!address_.path.empty()) unlink(address_.path.c_str());
}

void Control::serve() const {
  for (;;) {
    const Descriptor client{accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
    if (client.get() < 0) {
      if (errno == EINVAL) return;
      std::this_thread::sleep_for(10ms);  // such as no free descriptor: does not spin
      continue;
    }
    const auto line = read_line(client.get(), 500ms);
    if (line.empty()) continue;
    const auto reply = answer_(line);
    send_line(client.get(), (reply.ok ? "ok " : "error ") + reply.text);
  }
}

Reply ask(const ControlAddress& address, const std::string& line) {
  const auto fd = unix_socket();
  if (!fd) return {false, fd.error()};

  constexpr auto limit = 2s;
  const timeval bound{.tv_sec = limit.count(), .tv_usec = 0};
  setsockopt(fd->get(), SOL_SOCKET, SO_SNDTIMEO, &bound, sizeof bound);
  if (connect(fd->get(), address.generic(), address.length) != 0 || !send_line(fd->get(), line))
    return {false,
            fmt::format("no service takes orders at {}: {}", address.text, std::strerror(errno))};

  const auto answer = read_line(fd->get(), limit);
  if (answer.starts_with("ok ")) return {true, answer.substr(3)};
  if (answer.starts_with("error ")) return {false, answer.substr(6)};
  return {false,
          fmt::format("the service at {} did not answer within {} s", address.text, limit.count())};
}

}  // namespace stand_in
