#pragma once

#include <string>
#include <system_error>
#include <utility>

#include "document/text.hpp"
#include "host/atomic_file.hpp"
#include "writer/detachable_thread.hpp"
#include "writer/sink.hpp"

namespace heartbeat {

class FileSink final : public Sink {
 public:
  FileSink(std::string path, DetachableThread& thread, SharedWriter& writer, Log log)
      : file_{std::move(path)}, thread_{thread}, writer_{writer}, log_{std::move(log)} {}

  /// What the Redis thread noted, with the lateness of the file's thread.
  Writer condition(Lateness& lateness) override {
    auto writer = writer_.read();
    lateness.describe(writer);
    writer.file_error.clear();  // who reads this document reads a file that was written
    return writer;
  }

  WriteOutcome write(const Beat& beat, const redis::Deadline&) override {
    int failure = 0;
    if (!thread_.run_abandonable([&] { failure = file_.replace(beat.text); }))
      return WriteOutcome::abandoned;
    std::string error;
    if (failure != 0)
      error = printable(
          "cannot write " + file_.path() + ": " + std::generic_category().message(failure),
          max_error_bytes);
    if (error != error_) {
      error_ = error;
      writer_.update([&](Writer& writer) { writer.file_error = error; });
      if (log_) log_(error.empty() ? "writes " + file_.path() + " again" : error);
    }
    return failure == 0 ? WriteOutcome::accepted : WriteOutcome::failed;
  }

 private:
  const AtomicFile file_;
  DetachableThread& thread_;
  SharedWriter& writer_;
  const Log log_;
  std::string error_;  // of the last write; empty: it was accepted
};

}  // namespace heartbeat
