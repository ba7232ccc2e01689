#pragma once

#include <functional>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "writer/detachable_thread.hpp"
#include "writer/duplicate_writer.hpp"
#include "writer/lateness.hpp"
#include "writer/redis_sink.hpp"
#include "writer/service_state.hpp"
#include "writer/write_schedule.hpp"

namespace heartbeat {

/// What the beat thread does: looks, writes when that is due, and sleeps until
/// the next moment at which anything can change.
class WriteLoop {
 public:
  using Log = std::function<void(std::string_view)>;

  WriteLoop(const ResolvedConfig& settings, ServiceState& service, const Clock& clock,
            DetachableThread& worker, Log log);

  /// The thread's body. Ends when the worker is asked to stop, after a last document.
  void run() noexcept;

  /// How it fares. Any thread.
  struct Shown {
    Writer writer{};
    std::uint64_t sequence = 0;
  };
  Shown condition() const;

  /// How the newest try to write Config::file failed; empty: it did not. Any thread.
  void note_file(std::string error);

  /// What makes a document worth writing before its time.
  struct Verdict {
    Status status;
    Reported reported;
    std::vector<CheckState> states;
    bool rivalled;
    bool operator==(const Verdict&) const = default;
  };
  static Verdict verdict_of(const Document& document, bool rivalled);

  /// The moment at which time alone changes something, on the clock by which threads sleep.
  static DetachableThread::Clock::time_point wake_for(const ServiceState::Snapshot& snapshot,
                                                      const Clock& clock);

  /// However fast a storm of changes wakes a thread, it looks no more often than this.
  static constexpr std::chrono::milliseconds shortest_look{10};

  /// Puts the writer's condition into the document; a lapse or a rival makes it degraded at best.
  static void tell(const Writer& writer, Document& document);

 private:
  /// Look once, and write or sleep. False: abandoned, as for all below.
  [[nodiscard]] bool step() noexcept;
  void say_farewell() noexcept;
  [[nodiscard]] bool write(Document document);
  [[nodiscard]] bool send(Document& document, std::chrono::milliseconds limit, int cancel);
  void note(const tl::expected<RedisSink::PreviousDocument, redis::Error>& result,
            DuplicateWriter::Time began);
  void note_replaced(const RedisSink::PreviousDocument& replaced, DuplicateWriter::Time began);
  void sleep_until(DetachableThread::Clock::time_point when) noexcept;
  void show_condition();

  ServiceState& service_;
  const Clock& clock_;
  DetachableThread& worker_;
  const Log log_;
  const std::chrono::milliseconds stop_timeout_;
  const std::string key_;
  WriteSchedule schedule_;
  Lateness lateness_;
  RedisSink publisher_;
  DuplicateWriter rivals_;
  std::minstd_rand random_;
  Writer writer_;
  std::uint64_t sequence_ = 0;
  bool accepted_ = false;  // the last try
  bool vanished_ = false;  // and found no key where one was to be
  Verdict written_{};
  Verdict offered_{};

  mutable std::mutex mutex_;
  Shown shown_;
  std::string file_error_;
};

}  // namespace heartbeat
