#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "command/lines.hpp"
#include "command/messages.hpp"
#include "command/rules.hpp"
#include "demand.hpp"
#include "document/names.hpp"

using namespace heartbeat;
using namespace heartbeat::command;

namespace {

void demand_one_line(std::string_view complaint) {
  demand(!complaint.empty());
  demand(std::ranges::none_of(complaint, [](char c) { return c == '\n' || c == '\x1b'; }));
}

/// A rule is a check that can be named, or one line of complaint.
void read_rule(std::string_view text) {
  const auto rule = parse_rule(text);
  if (!rule) return demand_one_line(rule.error());
  demand(is_check_name(rule->name) && is_check_name(rule->source));
  demand(rule->kind != Kind::callback);
}

/// A datagram is messages, or complaints, and what another supervisor gets is part of it.
void read_datagram(std::string_view datagram) {
  OwnWords words{true};
  for_each_line(datagram, [&](std::string_view line) {
    const auto message = parse_message(line);
    if (!message) return demand_one_line(message.error());
    if (const auto* notice = std::get_if<NoticeMessage>(&*message)) words.take(*notice);
    if (const auto* report = std::get_if<Reported>(&*message)) words.take(*report);
  });
  demand(forwarded(datagram).size() <= datagram.size() + 1);
  demand(words.joined_to({}).status >= Status::healthy);
}

std::map<std::string, std::uint64_t> events_in(LineCounter& counter) {
  std::map<std::string, std::uint64_t> events;
  counter.end();
  counter.take([&](const std::string& source, std::uint64_t n) { events[source] += n; });
  return events;
}

/// The first line is a mark or a complaint. In the rest of the text it finds the same lines in
/// whatever pieces that arrives, beside another stream.
void read_output(std::string_view text) {
  const auto line = text.substr(0, text.find('\n'));
  const auto output = text.substr(std::min(line.size() + 1, text.size()));
  const auto mark = parse_line_mark(line);
  if (!mark) return demand_one_line(mark.error());
  demand(is_check_name(mark->source) && !mark->wanted.empty());
  LineCounter whole{{*mark, *mark}};
  LineCounter pieces{{*mark}};
  whole.add(0, output);
  for (std::size_t at = 0, size = 0; at < output.size(); at += size) {
    size = 1 + static_cast<unsigned char>(output[at]) % 32;
    pieces.add(1, output.substr(at, size));
  }
  const auto events = events_in(whole);
  demand(events == events_in(pieces));
  const auto lines = static_cast<std::uint64_t>(std::ranges::count(output, '\n')) + 1;
  demand(events.empty() || events.at(mark->source) <= lines);
}

}  // namespace

/// What a user writes about a command, what the command tells, and its output. The first byte says
/// which.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text{reinterpret_cast<const char*>(data + 1), size - 1};
  if (data[0] % 3 == 0) read_rule(text);
  if (data[0] % 3 == 1) read_datagram(text);
  if (data[0] % 3 == 2) read_output(text);
  return 0;
}
