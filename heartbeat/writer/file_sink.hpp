#pragma once

#include <string>

#include "host/atomic_file.hpp"
#include "writer/detachable_thread.hpp"
#include "writer/sink.hpp"

namespace heartbeat {

/// Writes the document to Config::file.
class FileSink final : public Sink {
 public:
  FileSink(std::string path, DetachableThread& thread, SharedWriter& writer, Log log)
      : file_{std::move(path)}, thread_{thread}, writer_{writer}, log_{std::move(log)} {}

  /// Redis as its own thread knows it; the lateness of this thread.
  Writer condition(Lateness& lateness) override;
  WriteOutcome write(std::string_view text, WallTime, const redis::Deadline&) override;

 private:
  const AtomicFile file_;
  DetachableThread& thread_;
  SharedWriter& writer_;
  const Log log_;
  std::string error_;  // of the last try
};

}  // namespace heartbeat
