#include "command/listener.hpp"

#include <fmt/format.h>

#include <type_traits>
#include <utility>
#include <variant>

#include "command/job_beats.hpp"

namespace heartbeat::command {
namespace {

constexpr int datagrams_at_once = 64;

}  // namespace

Listener::Listener(bool notifies, std::string supervisor)
    : supervisor_{std::move(supervisor)}, words_{notifies} {}

bool Listener::hear(JobBeats* beats) {
  words_changed_ = false;
  for (int i = 0; i < datagrams_at_once; ++i) {
    const auto datagram = socket_.receive();
    if (!datagram) break;
    take(*datagram, beats);
  }
  return words_changed_;
}

void Listener::tick(JobBeats* beats) noexcept {
  senders_.forget();  // the numbers of processes may mean others now
  if (beats != nullptr && words_.is_starting()) beats->feed_watchdog();
}

void Listener::take(const Datagram& datagram, JobBeats* beats) {
  if (!senders_.may_tell(datagram.sender, datagram.user))
    return refuse(fmt::format("process {} of user {} is no descendant of the command",
                              datagram.sender, datagram.user),
                  beats);
  if (datagram.is_cut)
    return refuse(fmt::format("a message has more than {} bytes", max_datagram_bytes), beats);
  for_each_line(datagram.text, [&](std::string_view line) { take_line(line, beats); });
  if (supervisor_.empty()) return;
  if (const auto text = forwarded(datagram.text); !text.empty())
    send_datagram(supervisor_, text, std::chrono::milliseconds{0});
}

void Listener::take_line(std::string_view line, JobBeats* beats) {
  const auto message = parse_message(line);
  if (!message) return refuse(message.error(), beats);
  std::visit(
      [&](const auto& told) {
        if constexpr (requires { words_.take(told); }) {
          words_.take(told);
          words_changed_ = true;
          if constexpr (std::is_same_v<decltype(told), const NoticeMessage&>)
            if (beats != nullptr) watch(told, *beats);
        } else if (beats != nullptr) {
          if (auto complaint = beats->sources().apply(told); !complaint.empty())
            refuse(std::move(complaint), beats);
        }
      },
      *message);
}

void Listener::watch(const NoticeMessage& notice, JobBeats& beats) const {
  if (notice.value == "1" && (notice.name == "WATCHDOG" || notice.name == "READY"))
    beats.feed_watchdog();
  if (notice.name == "WATCHDOG_USEC")
    if (const auto limit = words_.watchdog_limit()) beats.limit_watchdog(*limit);
}

void Listener::refuse(std::string complaint, JobBeats* beats) {
  ++refused_;
  words_changed_ = true;
  last_complaint_ = std::move(complaint);
  if (beats != nullptr) beats->count_refused_message();
}

Reported Listener::joined_to(Reported job) const {
  auto joined = words_.joined_to(std::move(job));
  if (refused_ > 0)
    joined.reason += fmt::format("; {} message{} refused, the last: {}", refused_,
                                 refused_ == 1 ? "" : "s", last_complaint_);
  return joined;
}

}  // namespace heartbeat::command
