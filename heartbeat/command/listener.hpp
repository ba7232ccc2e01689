#pragma once

#include <cstdint>
#include <string>

#include "command/command_socket.hpp"
#include "command/messages.hpp"

namespace heartbeat::command {

class JobBeats;

/// Hears what the command tells of itself, and has it done.
class Listener {
 public:
  /// `notifies`: the command says READY=1. What it says by sd_notify(3) also goes to `supervisor`,
  /// a socket; empty: to none. Throws std::system_error.
  Listener(bool notifies, std::string supervisor);

  const std::string& address() const noexcept { return socket_.address(); }
  /// Becomes readable when there is something to hear.
  int number() const noexcept { return socket_.number(); }

  /// Takes some of the messages that have arrived; the rest waits, so that a flood delays nothing
  /// else. Without beats they have no effect. Returns whether words() has changed.
  bool hear(JobBeats* beats);

  const OwnWords& words() const noexcept { return words_; }

  /// Call it every second. The watchdog runs from READY=1 on.
  void tick(JobBeats* beats) noexcept;

  /// What the beats say, if the job itself says `job`.
  Reported joined_to(Reported job) const;

 private:
  void take(const Datagram& datagram, JobBeats* beats);
  void take_line(std::string_view line, JobBeats* beats);
  void watch(const NoticeMessage& notice, JobBeats& beats) const;
  void refuse(std::string complaint, JobBeats* beats);

  CommandSocket socket_{};
  Senders senders_{};
  const std::string supervisor_;
  OwnWords words_;
  bool words_changed_ = false;
  std::uint64_t refused_ = 0;
  std::string last_complaint_{};
};

}  // namespace heartbeat::command
