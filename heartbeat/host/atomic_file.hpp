#pragma once

#include <string>
#include <string_view>

namespace heartbeat {

/// A file that is always replaced as a whole: a reader finds the old content or the new one. The
/// new content goes to a temporary file, whose name is the file's with `.tmp`; then that file is
/// renamed. A crash leaves at most this temporary file, which the next replacement reuses. A lock
/// prevents two processes from writing the temporary file at once. Nothing is synced to the disk.
class AtomicFile {
 public:
  explicit AtomicFile(std::string path) : path_{std::move(path)}, temporary_{path_ + ".tmp"} {}

  /// Returns 0 or an errno. After a failure the file is unchanged. All users can read the file,
  /// regardless of the umask. Blocks as long as the file system does. Async-signal-safe.
  int replace(std::string_view content) const noexcept;

  const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
  std::string temporary_;
};

}  // namespace heartbeat
