#pragma once

#include <random>

#include "host/atomic_file.hpp"
#include "writer/detachable_thread.hpp"
#include "writer/lateness.hpp"
#include "writer/service_state.hpp"
#include "writer/write_loop.hpp"
#include "writer/write_schedule.hpp"

namespace heartbeat {

/// What the thread beside the beat thread does: keeps a file as fresh and true as
/// the beat thread keeps Redis. It looks, plans and is late by itself, because Redis
/// and its resolver may hold up the beat thread for long, and a mount this one.
class FileSink {
 public:
  /// The beater, which is told how the file fares, tells how Redis does.
  FileSink(const ResolvedConfig& settings, ServiceState& service, const Clock& clock,
           DetachableThread& worker, WriteLoop& beater, WriteLoop::Log log);

  /// The thread's body. Ends when the worker is asked to stop, after a last document.
  void run() noexcept;

 private:
  /// Look once, and write or sleep. False: abandoned, as for all below.
  [[nodiscard]] bool step() noexcept;
  void say_farewell() noexcept;
  [[nodiscard]] bool write(Document document);
  [[nodiscard]] bool send(Document& document);
  WriteLoop::Verdict verdict_of(const Document& document) const;
  Writer condition();
  void note(const tl::expected<void, std::string>& result);
  void sleep_until(DetachableThread::Clock::time_point when) noexcept;

  ServiceState& service_;
  const Clock& clock_;
  DetachableThread& worker_;
  WriteLoop& beater_;
  const WriteLoop::Log log_;
  const AtomicFile file_;
  WriteSchedule schedule_;
  Lateness lateness_;
  std::minstd_rand random_;
  Writer own_;  // this thread's lateness
  std::uint64_t sequence_ = 0;
  bool accepted_ = false;  // the last try
  std::string error_;      // of the last try
  WriteLoop::Verdict written_{};
};

}  // namespace heartbeat
