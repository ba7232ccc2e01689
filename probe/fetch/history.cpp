#include "fetch/history.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "document/names.hpp"
#include "document/text.hpp"
#include "fetch/redis_source.hpp"

namespace probe {
namespace {

using Streams = std::vector<std::vector<StreamEntry>>;

tl::expected<Streams, Problem> read_streams(redis::Client& client,
                                            std::span<const std::string> keys,
                                            const redis::Deadline& deadline) {
  std::vector<redis::Command> commands;
  for (const auto& key : keys) commands.push_back({"XRANGE", key, "-", "+"});
  const auto replies = client.ask(commands, deadline);
  if (!replies) return tl::unexpected{problem_from(replies.error())};
  Streams streams;
  for (const auto& reply : *replies) {
    const auto* words = std::get_if<redis::Array>(&reply);
    if (words == nullptr) return tl::unexpected{problem_in("XRANGE", reply)};
    streams.push_back(stream_entries(*words));
  }
  return streams;
}

template <typename Record>
std::vector<Record> records(const std::vector<StreamEntry>& entries,
                            std::optional<Record> (*read)(std::string_view)) {
  std::vector<Record> all;
  for (const auto& [id, json] : entries)
    if (auto one = read(json)) all.push_back(*std::move(one));
  return all;
}

std::string stream_of(const std::string& prefix, std::string_view service) {
  return heartbeat::history_key(prefix, heartbeat::split_member(service).first);
}

redis::Command command_of(const StreamWrite& entry, const std::string& limit) {
  return {"XADD",       entry.key, entry.oldest ? "MINID" : "MAXLEN", "~", limit, entry.id,
          stream_field, entry.json};
}

std::string limit_of(const StreamWrite& entry) {
  return std::to_string(entry.oldest ? entry.oldest->time_since_epoch().count()
                                     : static_cast<std::int64_t>(entry.max_entries));
}

bool is_id_too_small(const redis::Reply& reply) {
  const auto* refused = std::get_if<redis::ErrorReply>(&reply);
  return refused != nullptr && refused->text.find("equal or smaller") != std::string::npos;
}

/// The id after that one; nothing if it is not an id.
std::optional<std::string> next_id(std::string_view id) {
  const auto hyphen = id.find('-');
  if (hyphen == id.npos) return std::nullopt;
  const auto number = heartbeat::parse_integer<std::uint64_t>(id.substr(hyphen + 1));
  if (!number || *number == UINT64_MAX) return std::nullopt;
  return std::string{id.substr(0, hyphen + 1)} + std::to_string(*number + 1);
}

/// What the stream has from the entry's id on.
tl::expected<std::vector<StreamEntry>, Problem> entries_from(redis::Client& client,
                                                             const StreamWrite& entry,
                                                             const redis::Deadline& deadline) {
  const redis::Command range{"XRANGE", entry.key, entry.id, "+"};
  const auto found = client.ask({&range, 1}, deadline);
  if (!found) return tl::unexpected{problem_from(found.error())};
  const auto* words = std::get_if<redis::Array>(&found->front());
  if (words == nullptr) return tl::unexpected{problem_in("XRANGE", found->front())};
  return stream_entries(*words);
}

/// By its text: its id may be another one.
bool contains(std::span<const StreamEntry> entries, const StreamWrite& entry) {
  return std::ranges::find(entries, entry.json, &StreamEntry::json) != entries.end();
}

/// Adds one entry behind those that are in its way, unless it is one of them.
tl::expected<void, Problem> add_behind(redis::Client& client, StreamWrite entry,
                                       const redis::Deadline& deadline) {
  const auto found = entries_from(client, entry, deadline);
  if (!found) return tl::unexpected{found.error()};
  const auto& later = *found;
  if (contains(later, entry)) return {};
  // Without a later one, the entry with the greatest id was deleted, and Redis remembers its id.
  const auto id = later.empty() ? std::nullopt : next_id(later.back().id);
  if (!id) return {};
  entry.id = *id;
  const auto limit = limit_of(entry);
  const auto command = command_of(entry, limit);
  const auto added = client.ask({&command, 1}, deadline);
  if (!added) return tl::unexpected{problem_from(added.error())};
  // If another observer was faster again, the entry is lost: its watched time ends earlier instead.
  if (std::holds_alternative<std::string>(added->front()) || is_id_too_small(added->front()))
    return {};
  return tl::unexpected{problem_in("XADD", added->front())};
}

}  // namespace

tl::expected<StoredWatches, Problem> read_watches(redis::Client& client, const std::string& prefix,
                                                  const redis::Deadline& deadline) {
  const std::vector keys{heartbeat::history_key(prefix, recent_watches),
                         heartbeat::history_key(prefix, kept_watches)};
  return read_streams(client, keys, deadline).map([](const Streams& streams) {
    return StoredWatches{records(streams[0], watch_from), records(streams[1], watch_from)};
  });
}

tl::expected<std::vector<HistoryEntry>, Problem> read_entries(redis::Client& client,
                                                              const std::string& prefix,
                                                              std::string_view service,
                                                              const redis::Deadline& deadline) {
  const std::vector keys{stream_of(prefix, service)};
  return read_streams(client, keys, deadline).map([](const Streams& streams) {
    return records(streams[0], entry_from);
  });
}

tl::expected<History, Problem> read_history(redis::Client& client, const std::string& prefix,
                                            std::string_view service,
                                            const redis::Deadline& deadline) {
  const std::vector keys{stream_of(prefix, service), heartbeat::history_key(prefix, recent_watches),
                         heartbeat::history_key(prefix, kept_watches)};
  return read_streams(client, keys, deadline).map([](const Streams& streams) {
    History history{records(streams[0], entry_from), records(streams[1], watch_from)};
    for (auto& watch : records(streams[2], watch_from)) history.watches.push_back(std::move(watch));
    return history;
  });
}

tl::expected<bool, Problem> has_entry(redis::Client& client, const StreamWrite& entry,
                                      const redis::Deadline& deadline) {
  return entries_from(client, entry, deadline).map([&](const std::vector<StreamEntry>& found) {
    return contains(found, entry);
  });
}

tl::expected<void, Problem> add_entries(redis::Client& client, std::span<const StreamWrite> entries,
                                        const redis::Deadline& deadline) {
  std::vector<std::string> limits;
  for (const auto& entry : entries) limits.push_back(limit_of(entry));
  std::vector<redis::Command> commands;
  for (std::size_t i = 0; i < entries.size(); ++i)
    commands.push_back(command_of(entries[i], limits[i]));
  const auto replies = client.ask(commands, deadline);
  if (!replies) return tl::unexpected{problem_from(replies.error())};
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto& reply = (*replies)[i];
    if (std::holds_alternative<std::string>(reply)) continue;
    if (!is_id_too_small(reply)) return tl::unexpected{problem_in("XADD", reply)};
    if (auto added = add_behind(client, entries[i], deadline); !added) return added;
  }
  return {};
}

}  // namespace probe
