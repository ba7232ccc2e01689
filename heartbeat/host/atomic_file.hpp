#pragma once

#include <string>
#include <string_view>

namespace heartbeat {

/// A file that is only ever replaced as a whole: a reader finds the old content or the new one.
/// The new content is written beside the file, under its name and `.tmp`, and renamed. That name
/// is always the same, so a crash leaves at most one such file, which the next replacement takes
/// over; a lock keeps two processes with the same file apart. Nothing is synced to the disk.
class AtomicFile {
 public:
  explicit AtomicFile(std::string path) : path_{std::move(path)}, temporary_{path_ + ".tmp"} {}

  /// Returns 0, or the errno of the failure, after which the file is as it was. The file is
  /// readable by all users, whatever the umask. May block where its file system does.
  /// Async-signal-safe.
  int replace(std::string_view content) const noexcept;

  const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
  std::string temporary_;
};

}  // namespace heartbeat
