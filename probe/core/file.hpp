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

/// The verdict by the file if Redis could not be asked or refused, and the file has the service's
/// document; otherwise that by Redis. If Redis failed, the text names both.
Verdict fall_back(Verdict by_redis, Verdict by_file);

}  // namespace probe
