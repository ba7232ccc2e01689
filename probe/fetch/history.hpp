#pragma once

#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "core/verdict.hpp"
#include "history/recorder.hpp"
#include "redis/client.hpp"
#include "redis/deadline.hpp"

/// The streams of the history in Redis.
namespace probe {

namespace redis = heartbeat::redis;

struct StoredWatches {
  std::vector<WatchedTime> recent{};
  std::vector<WatchedTime> kept{};
};

tl::expected<StoredWatches, Problem> read_watches(redis::Client& client, const std::string& prefix,
                                                  const redis::Deadline& deadline);
/// The entries of a service and of its replicas.
tl::expected<std::vector<HistoryEntry>, Problem> read_entries(redis::Client& client,
                                                              const std::string& prefix,
                                                              std::string_view service,
                                                              const redis::Deadline& deadline);
/// Both, in one round trip.
tl::expected<History, Problem> read_history(redis::Client& client, const std::string& prefix,
                                            std::string_view service,
                                            const redis::Deadline& deadline);

/// Whether the stream still has the entry.
tl::expected<bool, Problem> has_entry(redis::Client& client, const StreamWrite& entry,
                                      const redis::Deadline& deadline);

/// Adds the entries, each once, even if an earlier call was cut off. An entry with an id that is
/// too small for its stream, since another observer's clock is ahead, gets the next possible one.
tl::expected<void, Problem> add_entries(redis::Client& client, std::span<const StreamWrite> entries,
                                        const redis::Deadline& deadline);

}  // namespace probe
