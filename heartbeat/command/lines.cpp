#include "command/lines.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <memory>

#include "command/rules.hpp"
#include "document/document.hpp"
#include "document/names.hpp"
#include "document/text.hpp"

namespace heartbeat::command {
namespace {

constexpr const char* accepted_line_marks = "SOURCE=TEXT, SOURCE=/PATTERN/";
constexpr std::int64_t pattern_memory = 1 << 20;

/// The type that RE2 takes: on Debian 13 it is Abseil's, and does not convert from the standard
/// one.
re2::StringPiece piece_of(std::string_view text) { return {text.data(), text.size()}; }

std::unique_ptr<const RE2> new_pattern(std::string_view pattern) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_never_capture(true);
  options.set_max_mem(pattern_memory);
  return std::make_unique<const RE2>(piece_of(pattern), options);
}

/// Which byte of the pattern RE2 complains about, if it says so.
std::size_t wrong_byte(std::string_view pattern, const RE2& refused) {
  const auto at = pattern.find(refused.error_arg());
  return at == pattern.npos ? 0 : at;
}

}  // namespace

tl::expected<LineMark, std::string> parse_line_mark(std::string_view text) {
  const auto wrong_at = [text](std::size_t byte, std::string_view complaint) {
    return tl::unexpected{
        fmt::format("is wrong at character {}: {}", character_at(text, byte), complaint)};
  };
  const auto equals = text.find('=');
  const auto source = text.substr(0, equals);
  if (equals == text.npos)
    return wrong_at(text.size(), fmt::format("no = ends the name of the source (accepted: {})",
                                             accepted_line_marks));
  if (!is_check_name(source))
    return wrong_at(0, fmt::format("'{}' is not a name (accepted: {})",
                                   printable(source, max_shown_bytes), accepted_check_names));
  LineMark mark{.text = std::string{text}, .source = std::string{source}};
  const auto wanted_at = equals + 1;
  mark.wanted = text.substr(wanted_at);
  if (!mark.wanted.starts_with('/')) {
    if (!mark.wanted.empty()) return mark;
    return wrong_at(wanted_at, "the text is empty (accepted: TEXT, /PATTERN/; /^/ is every line)");
  }
  if (mark.wanted.size() < 2 || !mark.wanted.ends_with('/'))
    return wrong_at(wanted_at, "no / ends the pattern");
  mark.is_pattern = true;
  mark.wanted = mark.wanted.substr(1, mark.wanted.size() - 2);
  if (mark.wanted.empty())
    return wrong_at(wanted_at + 1, "the pattern is empty (accepted: /PATTERN/; /^/ is every line)");
  const auto pattern = new_pattern(mark.wanted);
  if (!pattern->ok())
    return wrong_at(
        wanted_at + 1 + wrong_byte(mark.wanted, *pattern),
        fmt::format("the pattern is refused: {}", printable(pattern->error(), max_shown_bytes)));
  return mark;
}

/// One text or pattern of a source.
struct LineCounter::WantedLine {
  std::size_t source;  ///< its place in `counts_`
  std::string text{};
  std::unique_ptr<const RE2> pattern{};  ///< nullptr: the text

  bool is_in(std::string_view line) const {
    if (!pattern) return line.find(text) != line.npos;
    return pattern->Match(piece_of(line), 0, line.size(), RE2::UNANCHORED, nullptr, 0);
  }
};

LineCounter::LineCounter(const std::vector<LineMark>& marks) {
  for (const auto& mark : marks) {
    const auto known =
        std::ranges::find(counts_, mark.source, [](auto& count) { return count.first; });
    const auto source = static_cast<std::size_t>(known - counts_.begin());
    if (known == counts_.end()) counts_.emplace_back(mark.source, 0);
    if (mark.is_pattern)
      wanted_.push_back({.source = source, .pattern = new_pattern(mark.wanted)});
    else
      wanted_.push_back({.source = source, .text = mark.wanted});
  }
  // Those of one source together, so that a line counts once.
  std::ranges::sort(wanted_, {}, &WantedLine::source);
}

LineCounter::~LineCounter() = default;

void LineCounter::add(std::size_t stream, std::string_view piece) {
  streams_[stream].add(piece, [this](std::string_view line) { count(line); });
}

void LineCounter::end() {
  for (auto& stream : streams_) {
    if (!stream.begun().empty()) count(stream.begun());
    stream.clear();
  }
}

void LineCounter::count(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  constexpr auto none = static_cast<std::size_t>(-1);
  auto counted = none;
  for (const auto& wanted : wanted_) {
    if (wanted.source == counted || !wanted.is_in(line)) continue;
    counted = wanted.source;
    ++counts_[counted].second;
  }
}

}  // namespace heartbeat::command
