#include "watch/watch.hpp"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "document/text.hpp"
#include "host/host.hpp"
#include "process/process.hpp"
#include "watch/board.hpp"
#include "watch/change_log.hpp"
#include "watch/draw_table.hpp"
#include "watch/keys.hpp"
#include "watch/poller.hpp"
#include "watch/status_table.hpp"
#include "watch/terminal.hpp"

namespace probe {
namespace {

// A little more than the time between two results, since each result is drawn anyway.
constexpr int tick_in_ms = 1100;
// The bytes of one key come together; after this time ESC is a key.
constexpr int key_gap_in_ms = 50;
// POLLOUT of a pipe guarantees room for this many bytes.
constexpr std::size_t max_pipe_write = 4096;

bool can_show_table(const redis::Environment& environment) {
  const auto terminal = environment.variable("TERM");
  return isatty(STDOUT_FILENO) == 1 && terminal && *terminal != "dumb";
}

class Watch {
 public:
  Watch(const Options& options, const redis::Environment& environment)
      // Before the poller starts its thread, which inherits the blocked signals.
      : signals_{block_signals()},
        poller_{FleetPoller::start(options, environment)},
        is_table_{options.format == Format::text && can_show_table(environment)},
        has_colour_{!environment.variable("NO_COLOR")},
        log_{options.format},
        output_{is_table_ ? -1 : STDOUT_FILENO} {}

  [[noreturn]] void run() noexcept {
    while (true) {
      if (!unsent_.empty()) send();
      wait();
    }
  }

  /// Restores the terminal and ends the process, by _exit() because the poller may hang.
  [[noreturn]] void end(std::string_view complaint = {}) noexcept {
    terminal_.leave();
    write_once(STDERR_FILENO, complaint);
    _exit(complaint.empty() ? 0 : 1);
  }

 private:
  void wait() noexcept {
    enum { signals, results, keys, output, all };
    std::array<pollfd, all> polled{};
    polled[signals] = {signals_, POLLIN, 0};
    // A log takes a new result when the last one is written: a slow reader misses no change.
    polled[results] = {is_table_ || unsent_.empty() ? poller_.descriptor() : -1, POLLIN, 0};
    polled[keys] = {keys_, POLLIN, 0};
    polled[output] = {output_, static_cast<short>(unsent_.empty() ? 0 : POLLOUT), 0};
    const int tick = reader_.is_waiting() ? key_gap_in_ms : tick_in_ms;
    const int ready = poll(polled.data(), polled.size(), is_table_ ? tick : -1);
    if (ready == 0) press(reader_.give_up());
    if (ready == 0) return draw_table();
    if (ready < 0) return;  // continued after a stop
    if ((polled[output].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) end();
    if (polled[keys].revents != 0) read_keys();
    if (polled[signals].revents != 0) handle_signals();
    if (polled[results].revents != 0) show();
  }

  void show() noexcept {
    const auto result = poller_.take();
    if (!result) return;
    const bool is_first = !table_.has_result();
    if (!is_table_) unsent_ = log_.lines(*result, heartbeat::wall_now());
    table_.update(std::move(*result));
    const auto* problem = table_.problem();
    if (is_first && problem != nullptr && problem->reason == Reason::usage)
      end("healthprobe: " + heartbeat::printable(problem->text) + "\n");
    if (is_table_) draw_table();
  }

  /// Draws nothing while the last frame is not written.
  void draw_table() noexcept {
    if (!unsent_.empty()) return;
    if (output_ < 0) {
      terminal_.take();
      output_ = terminal_.descriptor();
      if (isatty(STDIN_FILENO) == 1) keys_ = STDIN_FILENO;
    }
    unsent_ = Terminal::frame(
        board_.draw(table_, canvas(), std::chrono::steady_clock::now(), heartbeat::wall_now()));
  }

  Canvas canvas() const noexcept {
    const auto [columns, rows] = terminal_.size();
    return {columns - 1, rows, has_colour_};
  }

  void send() noexcept {
    const auto size = is_table_ ? unsent_.size() : std::min(unsent_.size(), max_pipe_write);
    pollfd room{output_, POLLOUT, 0};
    if (poll(&room, 1, 0) != 1) return;
    const auto written = write(output_, unsent_.data(), size);
    if (written >= 0)
      unsent_.erase(0, static_cast<std::size_t>(written));
    else if (errno == EPIPE || errno == EIO)
      end();  // the reader is gone
    else if (errno != EAGAIN && errno != EINTR)
      end("healthprobe: cannot write the table\n");
  }

  void read_keys() noexcept {
    std::array<char, 64> keys{};
    const auto count = read(keys_, keys.data(), keys.size());
    if (count <= 0) keys_ = -1;
    if (count > 0) press(reader_.read({keys.data(), static_cast<std::size_t>(count)}));
  }

  void press(const std::vector<Key>& keys) noexcept {
    for (const auto key : keys)
      if (!board_.press(key, table_, canvas())) end();
    if (keys.empty()) return;
    poller_.want_document(board_.opened());
    draw_table();
  }

  void handle_signals() noexcept {
    while (const int number = next_signal(signals_)) {
      const bool is_stop = number == SIGTSTP;
      if (!is_stop && number != SIGCONT && number != SIGWINCH) end();
      if (is_stop) {
        terminal_.leave();
        stop_by_signal();
      }
      if (!is_table_) continue;
      if (number != SIGWINCH) {
        terminal_.take();
        unsent_.clear();
      }
      draw_table();
    }
  }

  int signals_;
  FleetPoller& poller_;
  bool is_table_;  ///< else a log
  bool has_colour_;
  Terminal terminal_;  ///< taken for the first frame
  StatusTable table_;
  Board board_;
  KeyReader reader_;
  ChangeLog log_;
  int output_;
  int keys_ = -1;
  std::string unsent_;
};

}  // namespace

void watch(const Options& options, const redis::Environment& environment) {
  write_once(STDERR_FILENO, options.warning);
  use_builtin_name_services();
  static Watch* watch = nullptr;
  watch = new Watch{options, environment};
  // An unexpected exception in either thread, such as bad_alloc, ends --watch, too.
  std::set_terminate([] { watch->end("healthprobe: internal error\n"); });
  watch->run();
}

}  // namespace probe
