#include "history/record.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

#include "document/json_value.hpp"
#include "document/text.hpp"
#include "document/time.hpp"

namespace probe {
namespace {

using heartbeat::format_timestamp;
using heartbeat::JsonValue;
using heartbeat::WallTime;
using RecordJson = nlohmann::ordered_json;

std::string record(const RecordJson& json) {
  return json.dump(-1, ' ', false, RecordJson::error_handler_t::replace);
}

std::string text_in(const JsonValue& json, std::string_view name) {
  const auto* field = json.find(name);
  const auto* text = field == nullptr ? nullptr : field->get_if<std::string>();
  return text == nullptr ? std::string{} : *text;
}

std::optional<WallTime> time_in(const JsonValue& json, std::string_view name) {
  return heartbeat::parse_timestamp(text_in(json, name));
}

/// Whether the word is an id of a stream: two numbers with a hyphen between them.
bool is_stream_id(std::string_view word) {
  const auto hyphen = word.find('-');
  return hyphen != word.npos && hyphen > 0 && hyphen + 1 < word.size() &&
         std::ranges::all_of(word.substr(0, hyphen), heartbeat::is_digit) &&
         std::ranges::all_of(word.substr(hyphen + 1), heartbeat::is_digit);
}

}  // namespace

HistoryEntry entry_of(const VerdictChange& change, const std::string& observer) {
  return {.observer = observer,
          .service = change.service,
          .at = change.at,
          .from = change.from,
          .since = change.was ? std::optional{change.was->at} : std::nullopt,
          .to = change.to,
          .text = heartbeat::printable(change.text, max_cause_bytes)};
}

std::string encode(const HistoryEntry& entry) {
  RecordJson json{
      {"observer", entry.observer}, {"service", entry.service}, {"at", format_timestamp(entry.at)}};
  if (entry.from && entry.since) {
    json["from"] = to_string(*entry.from);
    json["since"] = format_timestamp(*entry.since);
  }
  json["to"] = entry.to ? RecordJson(to_string(*entry.to)) : RecordJson();
  if (!entry.text.empty()) json["text"] = entry.text;
  return record(json);
}

std::string encode(const WatchedTime& watch) {
  return record({{"observer", watch.observer},
                 {"from", format_timestamp(watch.from)},
                 {"to", format_timestamp(watch.to)}});
}

std::optional<HistoryEntry> entry_from(std::string_view text) {
  const auto json = heartbeat::parse_json(text);
  if (!json) return std::nullopt;
  const auto at = time_in(*json, "at");
  HistoryEntry entry{.observer = text_in(*json, "observer"),
                     .service = text_in(*json, "service"),
                     .from = reason_from(text_in(*json, "from")),
                     .since = time_in(*json, "since"),
                     .to = reason_from(text_in(*json, "to")),
                     .text = text_in(*json, "text")};
  const auto* to = json->find("to");
  const bool is_gone = to != nullptr && to->get_if<std::nullptr_t>() != nullptr;
  if (!at || entry.observer.empty() || (!entry.to && !is_gone)) return std::nullopt;
  entry.at = *at;
  if (!entry.from || !entry.since || *entry.since > entry.at) {
    entry.from.reset();
    entry.since.reset();
  }
  return entry;
}

std::optional<WatchedTime> watch_from(std::string_view text) {
  const auto json = heartbeat::parse_json(text);
  if (!json) return std::nullopt;
  const auto from = time_in(*json, "from"), to = time_in(*json, "to");
  auto observer = text_in(*json, "observer");
  if (!from || !to || *from > *to || observer.empty()) return std::nullopt;
  return WatchedTime{std::move(observer), *from, *to};
}

std::vector<StreamEntry> stream_entries(const std::vector<std::string>& words) {
  std::vector<StreamEntry> entries;
  for (std::size_t i = 0; i + 2 < words.size();) {
    const bool is_entry = is_stream_id(words[i]) && words[i + 1] == stream_field &&
                          (i + 3 == words.size() || is_stream_id(words[i + 3]));
    if (is_entry) entries.push_back({words[i], words[i + 2]});
    i += is_entry ? 3 : 1;
  }
  return entries;
}

std::vector<WatchedTime> joined(std::vector<WatchedTime> watches) {
  std::ranges::sort(watches, {}, [](const WatchedTime& watch) {
    return std::tuple{std::string_view{watch.observer}, watch.from};
  });
  std::vector<WatchedTime> all;
  for (auto& watch : watches)
    if (!all.empty() && all.back().observer == watch.observer && watch.from <= all.back().to)
      all.back().to = std::max(all.back().to, watch.to);
    else
      all.push_back(std::move(watch));
  return all;
}

}  // namespace probe
