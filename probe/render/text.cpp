#include <fmt/format.h>

#include <algorithm>

#include "document/text.hpp"
#include "render/lines.hpp"

namespace probe {

std::string text_line(const Verdict& verdict, std::size_t bytes) {
  const auto head = fmt::format("{} {} [{}]: ", verdict.service, to_string(verdict.word()),
                                to_string(verdict.reason));
  const auto room = std::max(bytes, head.size() + 1) - 1 - head.size();
  return head + heartbeat::truncate(heartbeat::printable(verdict.text), room) + "\n";
}

std::string text_count(const Counts& omitted) {
  return "... and " + counted(omitted, "more ") + "\n";
}

std::string counted(const Counts& counts, std::string_view more) {
  std::string text;
  for (auto i = counts.size(); i-- > 0;)
    if (counts[i] != 0)
      text += fmt::format("{}{} {}{}", text.empty() ? "" : ", ", counts[i], more,
                          to_string(static_cast<Word>(i)));
  return text;
}

}  // namespace probe
