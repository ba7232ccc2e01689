#pragma once

#include <atomic>
#include <random>
#include <vector>

#include "writer/detachable_thread.hpp"
#include "writer/lateness.hpp"
#include "writer/service_state.hpp"
#include "writer/sink.hpp"
#include "writer/status_changes.hpp"
#include "writer/write_schedule.hpp"

namespace heartbeat {

/// The body of one beat thread: takes a snapshot of the service, writes it to the sink if a write
/// is due, and sleeps until a state can change. Redis and the file each have a loop and a thread.
class WriteLoop {
 public:
  /// `log`: receives each change of the status; null: none.
  WriteLoop(const ResolvedConfig& config, ServiceState& service, const Clock& clock,
            DetachableThread& thread, SharedWriter& writer, Sink& sink, Log log = {});

  /// Runs until the thread is asked to stop, then writes the service's last document.
  void run() noexcept;

  /// The two halves of run(). The first returns false if the thread was abandoned and must return.
  [[nodiscard]] bool write_until_stopped() noexcept;
  WriteOutcome write_last(Document document, bool leaves_roster,
                          const redis::Deadline& deadline) noexcept;

  /// How many documents the loop has tried to write. Thread-safe.
  std::uint64_t sequence() const noexcept { return sequence_.load(); }

 private:
  /// A write is due at once if this differs from the last accepted document.
  struct StatusDigest {
    Status status = Status::starting;
    Reported reported{};
    std::vector<CheckState> states{};
    bool has_rival = false;
    bool has_old_dates = false;
    bool operator==(const StatusDigest&) const = default;
  };
  void set_digest(const Document& document, const Writer& writer);

  /// Writes or sleeps once. Returns false if the thread was abandoned and must return.
  [[nodiscard]] bool step() noexcept;
  [[nodiscard]] bool write(Document document);
  WriteOutcome send(Document document, Beat beat, const redis::Deadline& deadline);
  Time wake_time(const ServiceSnapshot& snapshot) const;
  void sleep_until(Time when) noexcept;

  ServiceState& service_;
  const Clock& clock_;
  DetachableThread& thread_;
  SharedWriter& writer_;
  Sink& sink_;
  const Log log_;
  StatusChanges changes_;
  const std::chrono::milliseconds stop_timeout_;
  WriteSchedule schedule_;
  Lateness lateness_;
  std::minstd_rand random_;
  std::atomic<std::uint64_t> sequence_{0};
  StatusDigest accepted_;  // of the last accepted document
  // These are kept for their memory: a steady beat allocates none for its document.
  StatusDigest digest_;  // of the latest document
  Document document_;
  std::string text_;
};

}  // namespace heartbeat
