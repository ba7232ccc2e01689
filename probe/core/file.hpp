#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>

#include "core/verdict.hpp"

/// From what was found in a file to what to think of the service. Pure, too: the
/// moment is an argument.
namespace probe {

struct NoFile {};

/// What stands there is a directory, a FIFO or the like; `what` says it.
struct NoRegularFile {
  std::string what;
};

/// A regular file, as it was read.
struct FileContent {
  std::string text;              ///< the first max_document_bytes + 1 bytes
  heartbeat::WallTime modified;  ///< its mtime
};

/// When a file was read.
struct FileTime {
  heartbeat::WallTime wall;
  std::optional<heartbeat::Boot> boot{};  ///< if this machine tells
};

/// What was found at a path.
struct FileReading {
  std::string path;
  /// A Problem: it could not be read.
  std::variant<NoFile, NoRegularFile, FileContent, Problem> found;
  FileTime time{};
};

/// The age of a document that carries this machine's boot is the time since then, so
/// that no step of the wall clock changes it. A document from elsewhere, and a file
/// that was touched or copied after it was written, is as old as the file.
Verdict judge(const std::string& service, const FileReading& reading,
              const AcceptancePolicy& acceptance);

/// Which service the document in the file belongs to, if it says so.
std::optional<std::string> service_in(const FileReading& reading);

/// Redis that answers is the authority; where it could not be asked, or refused, the
/// file decides, if it holds the service's document. The text says so.
Verdict fall_back(Verdict by_redis, Verdict by_file);

}  // namespace probe
