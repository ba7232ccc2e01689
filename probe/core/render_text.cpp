#include <fmt/format.h>

#include <algorithm>

#include "core/lines.hpp"
#include "document/text.hpp"

namespace probe {

std::string text_line(const Verdict& verdict, std::size_t bytes) {
  const auto head = fmt::format("{} {} [{}]: ", verdict.service, to_string(verdict.word()),
                                to_string(verdict.reason));
  const auto room = std::max(bytes, head.size() + 1) - 1 - head.size();
  return head + heartbeat::truncate(heartbeat::printable(verdict.text), room) + "\n";
}

std::string text_count(const Omitted& omitted) {
  std::string text;
  for (auto i = omitted.size(); i-- > 0;)
    if (omitted[i] != 0)
      text += fmt::format("{}{} more {}", text.empty() ? "... and " : ", ", omitted[i],
                          to_string(static_cast<Word>(i)));
  return text + "\n";
}

}  // namespace probe
