#pragma once

#include <random>

#include "beat/beater.hpp"
#include "beat/cadence.hpp"
#include "beat/punctuality.hpp"
#include "beat/service.hpp"
#include "beat/worker.hpp"
#include "host/atomic_file.hpp"

namespace heartbeat {

/// What the thread beside the beat thread does: keeps a file as fresh and true as
/// the beat thread keeps Redis. It looks, plans and is late by itself, because Redis
/// and its resolver may hold up the beat thread for long, and a mount this one.
class FileBeater {
 public:
  /// The beater, which is told how the file fares, tells how Redis does.
  FileBeater(const Settings& settings, Service& service, const Clock& clock, Worker& worker,
             Beater& beater, Beater::Log log);

  /// The thread's body. Ends when the worker is asked to stop, after a last document.
  void run() noexcept;

 private:
  /// Look once, and write or sleep. False: abandoned, as for all below.
  [[nodiscard]] bool step() noexcept;
  void say_farewell() noexcept;
  [[nodiscard]] bool write(Document document);
  [[nodiscard]] bool send(Document& document);
  Beater::Verdict verdict_of(const Document& document) const;
  Writer condition();
  void note(const tl::expected<void, std::string>& result);
  void sleep_until(Worker::Clock::time_point when) noexcept;

  Service& service_;
  const Clock& clock_;
  Worker& worker_;
  Beater& beater_;
  const Beater::Log log_;
  const AtomicFile file_;
  Cadence cadence_;
  Punctuality punctuality_;
  std::minstd_rand random_;
  Writer own_;  // this thread's lateness
  std::uint64_t sequence_ = 0;
  bool accepted_ = false;  // the last try
  std::string error_;      // of the last try
  Beater::Verdict written_{};
};

}  // namespace heartbeat
