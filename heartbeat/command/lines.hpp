#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "command/line_assembler.hpp"

/// Lines of a command's output as events: any program is watched without a change in it. Pure.
namespace heartbeat::command {

/// The rest of a longer line is not looked at.
inline constexpr std::size_t max_output_line_bytes = std::size_t{64} * 1024;

/// Each line that contains the text, or a match of the pattern, is an event of the source.
struct LineMark {
  std::string text{};  ///< as it was written
  std::string source{};
  std::string wanted{};
  bool is_pattern = false;  ///< `wanted` has the syntax of RE2
};

/// SOURCE=TEXT or SOURCE=/PATTERN/. The error names the place, the wrong part and what is accepted.
tl::expected<LineMark, std::string> parse_line_mark(std::string_view text);

/// Counts events in the output of a command, which arrives in pieces of two streams. A line is at
/// most one event of a source.
class LineCounter {
 public:
  explicit LineCounter(const std::vector<LineMark>& marks);
  LineCounter(const LineCounter&) = delete;
  LineCounter& operator=(const LineCounter&) = delete;
  ~LineCounter();

  /// More of stream 0 or 1.
  void add(std::size_t stream, std::string_view piece);
  /// No more will come: what the streams end with are lines too.
  void end();

  /// Calls mark(source, events) for each source with events since the last call.
  template <typename Mark>
  void take(const Mark& mark) {
    for (auto& [source, events] : counts_)
      if (const auto taken = std::exchange(events, 0); taken > 0) mark(source, taken);
  }

 private:
  struct WantedLine;

  void count(std::string_view line);

  std::vector<WantedLine> wanted_;
  std::vector<std::pair<std::string, std::uint64_t>> counts_{};
  std::array<LineAssembler, 2> streams_{LineAssembler{max_output_line_bytes},
                                        LineAssembler{max_output_line_bytes}};
};

}  // namespace heartbeat::command
