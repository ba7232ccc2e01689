#include "command/send.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "command/command_socket.hpp"
#include "process/process.hpp"

namespace heartbeat::command {
namespace {

constexpr std::chrono::milliseconds patience{1000};

int complain(const std::string& what) {
  probe::write_once(STDERR_FILENO, fmt::format("healthbeat: nothing is sent: {}\n", what));
  return 1;
}

/// A process that has ended cannot be asked whose child it is: waits until the receiver has closed
/// its end of a pipe.
int send_and_wait(const std::string& address, const std::string& text) {
  int ends[2] = {-1, -1};
  if (pipe2(ends, O_CLOEXEC) != 0) return errno;
  const Descriptor taken{ends[0]};
  const int error = send_datagram(address, text, patience, ends[1]);
  close(ends[1]);
  pollfd closed{taken.number(), 0, 0};
  if (error == 0) poll(&closed, 1, static_cast<int>(patience.count()));
  return error;
}

int send_lines(const std::string& address) {
  std::array<char, max_datagram_bytes> bytes{};
  std::string text;
  int error = 0;
  while (error == 0) {
    const auto n = read(STDIN_FILENO, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    text.append(bytes.data(), static_cast<std::size_t>(n));
    // Whole lines, of which many are one datagram if they arrive together.
    for (auto end = text.rfind('\n', max_datagram_bytes - 1); end != text.npos && error == 0;
         end = text.rfind('\n', max_datagram_bytes - 1)) {
      error = send_datagram(address, text.substr(0, end), patience);
      text.erase(0, end + 1);
    }
    if (text.size() > max_datagram_bytes) return EMSGSIZE;
  }
  return error != 0 ? error : send_and_wait(address, text);
}

}  // namespace

int send_messages(const BeatOptions& options, const redis::Environment& environment) {
  const auto address = environment.variable("HEARTBEAT_SOCKET");
  if (!address)
    return complain("HEARTBEAT_SOCKET is not set: only a command of healthbeat run can send");
  const int error =
      options.message.empty() ? send_lines(*address) : send_and_wait(*address, options.message);
  if (error == 0) return 0;
  return complain(fmt::format("{}: {}", *address, std::generic_category().message(error)));
}

}  // namespace heartbeat::command
