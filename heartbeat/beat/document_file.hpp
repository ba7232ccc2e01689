#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace heartbeat {

/// Puts documents into one file, each whole: a reader finds the old one or the new
/// one. They are written beside it, under its name and `.tmp`, and renamed. That
/// name is always the same, so that crashes leave one such file at most, which the
/// next write takes over; a lock keeps two processes apart that were given the same
/// file. Nothing is synced: what does not survive the machine need not.
class DocumentFile {
 public:
  explicit DocumentFile(std::string path) : path_{std::move(path)}, temporary_{path_ + ".tmp"} {}

  /// The error is one line that names the file. May block where its file system does.
  tl::expected<void, std::string> write(std::string_view document) const;

  const std::string& path() const noexcept { return path_; }

 private:
  const std::string path_;
  const std::string temporary_;
};

}  // namespace heartbeat
