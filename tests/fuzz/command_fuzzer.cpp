#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

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

}  // namespace

/// What a user writes about a command, and what the command tells. The first byte says which.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text{reinterpret_cast<const char*>(data + 1), size - 1};
  if (data[0] % 2 == 0) read_rule(text);
  if (data[0] % 2 == 1) read_datagram(text);
  return 0;
}
