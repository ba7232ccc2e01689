#pragma once

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <string>
#include <utility>

namespace heartbeat {

/// Owns a file descriptor, or none, and closes it.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) noexcept : number_{number} {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(Descriptor&& other) noexcept : number_{std::exchange(other.number_, -1)} {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }

  explicit operator bool() const noexcept { return number_ >= 0; }
  int number() const noexcept { return number_; }

 private:
  int number_;
};

/// Reads to the end of the file, but at most `max` bytes. Nothing: it failed, and errno says why.
inline std::optional<std::string> read_at_most(const Descriptor& file, std::size_t max) {
  // In parts: to clear `max` bytes first took 65,000 instructions for a document's file.
  std::array<char, 4096> part;
  std::string text;
  while (text.size() < max) {
    const auto n = read(file.number(), part.data(), std::min(part.size(), max - text.size()));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::nullopt;
    if (n == 0) break;
    text.append(part.data(), static_cast<std::size_t>(n));
  }
  return text;
}

}  // namespace heartbeat
