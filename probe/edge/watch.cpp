#include "edge/watch.hpp"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <exception>
#include <string>
#include <string_view>

#include "core/board.hpp"
#include "core/draw.hpp"
#include "document/text.hpp"
#include "edge/command_line.hpp"
#include "edge/lookout.hpp"
#include "edge/output.hpp"
#include "edge/signals.hpp"
#include "edge/terminal.hpp"
#include "host/host.hpp"

namespace probe {
namespace {

namespace redis = heartbeat::redis;

// A little more than the time between two looks, each of which is drawn as well.
constexpr int tick_in_ms = 1100;
// POLLOUT of a pipe promises room for so much.
constexpr std::size_t most_at_once = 4096;

bool is_for_board(const redis::Environment& environment) {
  const auto terminal = environment.variable("TERM");
  return isatty(STDOUT_FILENO) == 1 && terminal && *terminal != "dumb";
}

class Watch {
 public:
  Watch(const Options& options, const redis::Environment& environment)
      // Blocked before the thread is started, which inherits that.
      : signals_{minded_signals()},
        lookout_{Lookout::start(options, environment)},
        is_board_{is_for_board(environment)},
        has_colour_{!environment.variable("NO_COLOR")},
        output_{is_board_ ? -1 : STDOUT_FILENO} {}

  [[noreturn]] void run() noexcept {
    while (true) {
      if (!unsent_.empty()) send();
      wait();
    }
  }

  /// The terminal is as it was, and this process ends. Not by exit(): the lookout may hang.
  [[noreturn]] void end(std::string_view complaint = {}) noexcept {
    terminal_.leave();
    write_once(STDERR_FILENO, complaint);
    _exit(complaint.empty() ? 0 : 1);
  }

 private:
  void wait() noexcept {
    enum { signals, looks, keys, output, all };
    std::array<pollfd, all> polled{};
    polled[signals] = {signals_, POLLIN, 0};
    // A log loses nothing of a change to a reader that takes its time.
    polled[looks] = {is_board_ || unsent_.empty() ? lookout_.descriptor() : -1, POLLIN, 0};
    polled[keys] = {keys_, POLLIN, 0};
    polled[output] = {output_, static_cast<short>(unsent_.empty() ? 0 : POLLOUT), 0};
    const int ready = poll(polled.data(), polled.size(), is_board_ ? tick_in_ms : -1);
    if (ready == 0) return draw_board();
    if (ready < 0) return;  // continued after a stop
    if ((polled[output].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) end();
    if (polled[keys].revents != 0) read_keys();
    if (polled[signals].revents != 0) heed_signals();
    if (polled[looks].revents != 0) show();
  }

  void show() noexcept {
    const auto look = lookout_.take();
    if (!look) return;
    const bool is_first = !board_.has_looked();
    board_.note(std::move(*look));
    const auto* problem = board_.problem();
    if (is_first && problem != nullptr && problem->reason == Reason::usage)
      end(mistake(heartbeat::printable(problem->text)).text);
    if (is_board_)
      draw_board();
    else
      unsent_ = changes(board_, heartbeat::wall_now());
  }

  /// Nothing while a frame is still on its way.
  void draw_board() noexcept {
    if (!unsent_.empty()) return;
    if (output_ < 0) take_terminal();
    const auto [columns, rows] = terminal_.size();
    const Canvas canvas{columns - 1, rows, has_colour_};
    unsent_ = Terminal::frame(
        draw(board_, canvas, std::chrono::steady_clock::now(), heartbeat::wall_now()));
  }

  void take_terminal() noexcept {
    terminal_.take();
    output_ = terminal_.descriptor();
    if (isatty(STDIN_FILENO) == 1) keys_ = STDIN_FILENO;
  }

  void send() noexcept {
    const auto size = is_board_ ? unsent_.size() : std::min(unsent_.size(), most_at_once);
    pollfd room{output_, POLLOUT, 0};
    if (poll(&room, 1, 0) != 1) return;
    const auto written = write(output_, unsent_.data(), size);
    if (written >= 0)
      unsent_.erase(0, static_cast<std::size_t>(written));
    else if (errno == EPIPE || errno == EIO)
      end();  // nobody reads any more
    else if (errno != EAGAIN && errno != EINTR)
      end("healthprobe: cannot write the board\n");
  }

  void read_keys() noexcept {
    std::array<char, 64> keys{};
    const auto count = read(keys_, keys.data(), keys.size());
    if (count <= 0) keys_ = -1;
    for (ssize_t i = 0; i < count; ++i)
      if (keys[static_cast<std::size_t>(i)] == 'q') end();
  }

  void heed_signals() noexcept {
    while (const int number = next_signal(signals_)) {
      const bool is_stop = number == SIGTSTP;
      if (!is_stop && number != SIGCONT && number != SIGWINCH) end();
      if (is_stop) {
        terminal_.leave();
        stop_by_signal();
      }
      if (!is_board_) continue;
      if (number != SIGWINCH) {
        terminal_.take();
        unsent_.clear();
      }
      draw_board();
    }
  }

  int signals_;
  Lookout& lookout_;
  bool is_board_;  ///< else a log
  bool has_colour_;
  Terminal terminal_;  ///< taken for the first frame
  Board board_;
  int output_;
  int keys_ = -1;
  std::string unsent_;
};

}  // namespace

void watch(const Options& options, const redis::Environment& environment) {
  write_once(STDERR_FILENO, options.warning);
  static Watch* watch = nullptr;
  watch = new Watch{options, environment};
  // What nobody expects, there is no memory for one, ends the board as well, in either thread.
  std::set_terminate([] { watch->end("healthprobe: internal error\n"); });
  watch->run();
}

}  // namespace probe
