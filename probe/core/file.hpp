#pragma once

#include <optional>
#include <string>
#include <variant>

#include "core/verdict.hpp"

/// Judges a service by the document in a file. Pure: the time is an argument.
namespace probe {

struct NoFile {};

/// The path is a directory, a FIFO or another special file; `what` names it.
struct NoRegularFile {
  std::string what;
};

struct FileContent {
  std::string text;              ///< the first max_document_bytes + 1 bytes
  heartbeat::WallTime modified;  ///< its mtime
};

struct FileTime {
  heartbeat::WallTime wall;
  std::optional<heartbeat::Boot> boot{};  ///< if the system tells it
};

struct FileReading {
  std::string path;
  /// Problem: the file could not be read.
  std::variant<NoFile, NoRegularFile, FileContent, Problem> found;
  FileTime time{};
};

/// If the document was written in this boot, its age is that on the boot's clock, which no step of
/// the wall clock changes; otherwise, and if the file was touched or copied, that of the file.
Verdict judge(const std::string& service, const FileReading& reading,
              const AcceptancePolicy& acceptance);

/// The service that the document in the file names, if it names one.
std::optional<std::string> service_in(const FileReading& reading);

/// The verdict by the file, whose text then names both, if
/// - Redis is unreachable or returned an error, and the file has the service's document, or
/// - the key is missing or stale, and the file proves that its writer lives: a fresh document of
///   this boot, of the very service or replica, that passes --own. Redis was emptied, or refuses
///   writes.
/// Otherwise that by Redis. If Redis failed, its text says why the file does not decide.
Verdict fall_back(Verdict by_redis, const FileReading& reading, const AcceptancePolicy& acceptance);

}  // namespace probe
