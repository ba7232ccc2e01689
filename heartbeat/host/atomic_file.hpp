#pragma once

#include <string>
#include <string_view>

namespace heartbeat {

/// A file that is replaced as a whole: a reader finds the old content or the new one, which first
/// goes to a file of that name with `.tmp`, under a lock. A crash leaves at most this file, which
/// the next replacement reuses. Nothing is synced to the disk.
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
