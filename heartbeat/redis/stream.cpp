#include "redis/stream.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <system_error>

namespace heartbeat::redis {
namespace {

using Failed = tl::unexpected<Error>;

Error broken() { return {Failure::unreachable, std::generic_category().message(errno)}; }

class Plain final : public Stream {
 public:
  explicit Plain(Socket socket) : socket_{std::move(socket)} {}

  tl::expected<std::size_t, Error> read(std::span<char> buffer, const Deadline& deadline) override {
    for (;;) {
      const auto n = recv(socket_.fd(), buffer.data(), buffer.size(), 0);
      if (n >= 0) return static_cast<std::size_t>(n);
      if (errno == EINTR) continue;
      if (errno != EAGAIN) return Failed{broken()};
      const auto waited = wait_for(socket_.fd(), Readiness::readable, deadline);
      if (waited != Waited::ready) return Failed{not_ready(waited)};
    }
  }

  tl::expected<void, Error> write(std::string_view bytes, const Deadline& deadline) override {
    while (!bytes.empty()) {
      const auto n = send(socket_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n >= 0) {
        bytes.remove_prefix(static_cast<std::size_t>(n));
      } else if (errno == EAGAIN) {
        const auto waited = wait_for(socket_.fd(), Readiness::writable, deadline);
        if (waited != Waited::ready) return Failed{not_ready(waited)};
      } else if (errno != EINTR) {
        return Failed{broken()};
      }
    }
    return {};
  }

 private:
  Socket socket_;
};

}  // namespace

std::unique_ptr<Stream> plain_stream(Socket socket) {
  return std::make_unique<Plain>(std::move(socket));
}

Error not_ready(Waited waited) {
  return {Failure::timeout,
          waited == Waited::cancelled ? "given up: stopping" : "no answer in time"};
}

}  // namespace heartbeat::redis
