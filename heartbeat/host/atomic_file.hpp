#pragma once

#include <string>
#include <string_view>

namespace heartbeat {

/// A file that is replaced as a whole: a reader finds the old content or the new one, which first
/// goes to a new file beside it, whose name nobody can predict. A crash meanwhile leaves that file.
/// Nothing is synced to the disk.
class AtomicFile {
 public:
  explicit AtomicFile(std::string path) : path_{std::move(path)} {}

  /// Returns 0 or an errno; ENOTSUP if the path is a device, a FIFO or a socket. After a failure
  /// the file is unchanged. All users can read the file, regardless of the umask. Blocks as long
  /// as the file system does. Async-signal-safe.
  int replace(std::string_view content) const noexcept;

  const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

}  // namespace heartbeat
