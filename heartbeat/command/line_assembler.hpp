#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace heartbeat::command {

/// Puts lines together of text that arrives in pieces. Each is cut after `longest` bytes.
class LineAssembler {
 public:
  explicit LineAssembler(std::size_t longest) noexcept : longest_{longest} {}

  /// Calls take(line) for each line that ends in `piece`, without its end.
  template <typename Take>
  void add(std::string_view piece, const Take& take) {
    for (auto end = piece.find('\n'); end != piece.npos; end = piece.find('\n')) {
      if (begun_.empty()) {
        take(piece.substr(0, std::min(end, longest_)));
      } else {
        append(piece.substr(0, end));
        take(std::string_view{begun_});
        begun_.clear();
      }
      piece.remove_prefix(end + 1);
    }
    append(piece);
  }

  /// The line that has not ended yet.
  std::string_view begun() const noexcept { return begun_; }
  void clear() noexcept { begun_.clear(); }

 private:
  void append(std::string_view part) { begun_ += part.substr(0, longest_ - begun_.size()); }

  std::size_t longest_;
  std::string begun_{};
};

}  // namespace heartbeat::command
