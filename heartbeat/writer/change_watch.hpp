#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "heartbeat/clock.hpp"

namespace heartbeat {

/// What stat(2) shows of a file. It differs when the content differs.
struct FileStamp {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t size = 0;
  std::chrono::nanoseconds modified{0};
  std::chrono::nanoseconds changed{0};

  bool operator==(const FileStamp&) const = default;
};

/// A file that was not written to for so long is complete.
inline constexpr std::chrono::seconds settling_time{1};

/// When a file must be read: when it is not the one that was read, and has been the same for a
/// second, because before that somebody may still be writing it. Pure.
class ChangeWatch {
 public:
  /// `found` is nothing if there is no such file.
  bool is_due(const std::optional<FileStamp>& found, Time now) noexcept {
    if (!seen_since_ || found != seen_) {
      seen_ = found;
      seen_since_ = now;
    }
    const bool is_read = found && found == read_;
    return !is_read && is_settled(now);
  }

  /// After is_due(): whether it has been the same for a second.
  bool is_settled(Time now) const noexcept {
    return seen_since_ && now - *seen_since_ >= settling_time;
  }

  /// The file was read after is_due().
  void was_read() noexcept { read_ = seen_; }
  /// It could not be read after is_due().
  void was_refused() noexcept { read_.reset(); }

 private:
  std::optional<FileStamp> seen_;
  std::optional<Time> seen_since_;
  std::optional<FileStamp> read_;
};

}  // namespace heartbeat
