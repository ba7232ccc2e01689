#include "writer/file_sink.hpp"

#include <system_error>

#include "document/text.hpp"

namespace heartbeat {
namespace {

constexpr std::size_t max_error_bytes = 200;

}  // namespace

Writer FileSink::condition(Lateness& lateness) {
  auto writer = writer_.read();
  lateness.describe(writer);
  writer.file_error.clear();  // a reader of this document has a file that was written
  return writer;
}

WriteOutcome FileSink::write(std::string_view text, WallTime, const redis::Deadline&) {
  int failure = 0;
  if (!thread_.run_abandonable([&] { failure = file_.replace(text); }))
    return WriteOutcome::abandoned;
  std::string error;
  if (failure != 0)
    error = truncate(
        printable("cannot write " + file_.path() + ": " + std::generic_category().message(failure)),
        max_error_bytes);
  if (error != error_) {
    error_ = error;
    writer_.update([&](Writer& writer) { writer.file_error = error; });
    if (log_) log_(error.empty() ? "writes " + file_.path() + " again" : error);
  }
  return failure == 0 ? WriteOutcome::accepted : WriteOutcome::failed;
}

}  // namespace heartbeat
