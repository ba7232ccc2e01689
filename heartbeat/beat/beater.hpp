#pragma once

#include <functional>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "beat/cadence.hpp"
#include "beat/publisher.hpp"
#include "beat/punctuality.hpp"
#include "beat/rivals.hpp"
#include "beat/service.hpp"
#include "beat/worker.hpp"

namespace heartbeat {

/// What the beat thread does: looks, writes when that is due, and sleeps until
/// the next moment at which anything can change.
class Beater {
 public:
  using Log = std::function<void(std::string_view)>;

  Beater(const Settings& settings, Service& service, const Clock& clock, Worker& worker, Log log);

  /// The thread's body. Ends when the worker is asked to stop, after a last document.
  void run() noexcept;

  /// How it fares. Any thread.
  struct Condition {
    Writer writer{};
    std::uint64_t sequence = 0;
  };
  Condition condition() const;

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
  static Worker::Clock::time_point wake_for(const Service::Snapshot& snapshot, const Clock& clock);

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
  void note(const tl::expected<Publisher::Replaced, redis::Error>& result, Rivals::Time began);
  void note_replaced(const Publisher::Replaced& replaced, Rivals::Time began);
  void sleep_until(Worker::Clock::time_point when) noexcept;
  void show_condition();

  Service& service_;
  const Clock& clock_;
  Worker& worker_;
  const Log log_;
  const std::chrono::milliseconds stop_timeout_;
  const std::string key_;
  Cadence cadence_;
  Punctuality punctuality_;
  Publisher publisher_;
  Rivals rivals_;
  std::minstd_rand random_;
  Writer writer_;
  std::uint64_t sequence_ = 0;
  bool accepted_ = false;  // the last try
  bool vanished_ = false;  // and found no key where one was to be
  Verdict written_{};
  Verdict offered_{};

  mutable std::mutex mutex_;
  Condition shown_;
  std::string file_error_;
};

}  // namespace heartbeat
