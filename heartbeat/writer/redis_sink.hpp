#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "redis/client.hpp"
#include "writer/config.hpp"
#include "writer/detachable_thread.hpp"
#include "writer/duplicate_writer.hpp"
#include "writer/sink.hpp"

namespace heartbeat {

/// Writes the document and the roster to Redis, and notices other writers of the key. A failed
/// write drops the connection: the next one looks up the name and reads the settings again.
class RedisSink final : public Sink {
 public:
  RedisSink(const ResolvedConfig& config, const std::string& instance_id, DetachableThread& thread,
            SharedWriter& writer, Log log);

  Writer condition(Lateness& lateness) override;

  /// One round trip: GETRANGE reads the previous document, SETEX replaces it, ZADD updates the
  /// roster. If Redis denies GETRANGE or ZADD, it is left out until the next connection, because
  /// each refusal adds a line to ACL LOG. The last document is written only if no other process
  /// writes the key: one more round trip looks first.
  WriteOutcome write(const Beat& beat, const redis::Deadline& deadline) override;

 private:
  struct PreviousDocument {
    /// For read_writer_identity(). Empty: no key. No value: Redis denied GETRANGE.
    std::optional<std::string> beginning{};
    /// No write failed since the last accepted one, and both used the same connection.
    bool unbroken = false;
    bool is_kept = false;  ///< the last document was not written, because another process lives
  };
  using ReplaceResult = redis::Result<PreviousDocument>;

  ReplaceResult replace(const Beat& beat, const redis::Deadline& deadline) noexcept;
  ReplaceResult try_replace(const Beat& beat, const redis::Deadline& deadline);
  redis::Result<bool> another_lives(redis::Client& client, const redis::Deadline& deadline) const;
  void note_failure(const redis::Error& error, bool was_accepted);
  void note_previous(const PreviousDocument& previous, Time began, Time ended);
  void log(const std::string& line) const;

  const ResolvedConfig config_;
  const std::string instance_id_;
  DetachableThread& thread_;
  SharedWriter& writer_;
  const Log log_;

  /// A client, and what Redis allows it to do.
  struct Link {
    // Sends SETEX only after the answer to SELECT: SETEX must not reach another database.
    explicit Link(redis::Endpoint endpoint)
        : client{std::move(endpoint), nullptr, redis::LogIn::before_commands} {}

    redis::Client client;
    bool may_read = true;                         // Redis has not denied GETRANGE
    bool may_write_roster = true;                 // Redis has not denied ZADD
    std::optional<std::uint64_t> last_version{};  // of the topology, at the last document
  };
  std::optional<Link> link_;  // empty: the last write failed
  std::uint64_t connects_ = 0;

  DuplicateWriterDetector detector_;
  bool accepted_ = false;  // the last write
  bool vanished_ = false;  // the last write found that the key had vanished
};

}  // namespace heartbeat
