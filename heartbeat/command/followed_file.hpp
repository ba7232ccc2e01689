#pragma once

#include <sys/types.h>

#include <functional>
#include <string_view>

#include "host/descriptor.hpp"

namespace heartbeat::command {

/// A file that the command writes itself, so that it is as without us also where the disk is full:
/// we read what the file grows by, whoever writes it.
class FollowedFile {
 public:
  /// Of no file.
  FollowedFile() = default;
  /// That of our standard descriptor of this number, from where the command begins. If we may not
  /// read it, of no file.
  explicit FollowedFile(int number);

  explicit operator bool() const noexcept { return static_cast<bool>(file_); }

  /// Calls take(piece) for what has been added; at most for some megabytes. False: there is more.
  bool read_growth(const std::function<void(std::string_view)>& take);

 private:
  Descriptor file_{};
  off_t at_ = 0;
};

}  // namespace heartbeat::command
