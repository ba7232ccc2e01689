#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "heartbeat/condition.hpp"
#include "heartbeat/status.hpp"
#include "heartbeat/writer.hpp"

/// The document: what a service says of itself, as it travels through Redis.
/// Pure: no I/O and no clock. heartbeat/FORMAT.md specifies every field.
namespace heartbeat {

struct JsonValue;

using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

/// Longest document accepted, in bytes.
inline constexpr std::size_t max_document_bytes = 65'536;

/// Which process wrote the document.
struct Instance {
  std::string host{};
  std::int64_t pid = 0;
  std::string id{};    ///< random, drawn once a process
  std::string name{};  ///< of a replica, as HEARTBEAT_INSTANCE gives it; may be empty

  bool operator==(const Instance&) const = default;
};

/// Which boot of the machine a document belongs to, and how long after it began: an
/// age that no step of a wall clock changes, for who reads it on the same machine.
struct Boot {
  std::string id{};                 ///< the kernel's, new with every boot
  std::chrono::milliseconds at{0};  ///< suspensions included

  bool operator==(const Boot&) const = default;
};

enum class CheckState {
  pass,
  waiting,     ///< no data yet, and its own limit has not passed since start or opening
  suppressed,  ///< outside its schedule: evaluated and shown, never counted
  fail,
};

/// What a check measured: nothing yet, a truth, or a number.
using Value = std::variant<std::monostate, bool, double>;

/// One check as the document shows it.
struct CheckReport {
  std::string name{};
  Severity severity = Severity::critical;
  CheckState state = CheckState::waiting;
  Kind kind = Kind::flag;
  Value value{};
  Comparison comparison = Comparison::equal;
  Value limit{};
  /// The value is known to be at least this much: more events than are remembered.
  bool value_is_minimum = false;
  std::optional<std::chrono::milliseconds> window{};     ///< of a count or a rate
  std::optional<std::chrono::milliseconds> clears_in{};  ///< of a failed count, if nothing happens
  std::optional<WallTime> since{};                       ///< when it entered this state
  /// Outside its schedule: the state it would have inside.
  std::optional<CheckState> would_be{};
  std::string output{};  ///< what a callback said, if it did

  bool operator==(const CheckReport&) const = default;
};

/// What the service said of itself, beside its checks.
struct Reported {
  Status status = Status::healthy;
  std::string reason{};

  bool operator==(const Reported&) const = default;
};

/// Only `status` is always there: a foreign writer may leave out all the rest.
struct Document {
  Status status = Status::starting;
  std::string reason{};
  std::optional<std::string> service{};
  std::optional<Instance> instance{};
  std::optional<std::uint64_t> sequence{};
  std::optional<std::chrono::milliseconds> interval{};
  std::optional<std::chrono::milliseconds> ttl{};
  std::optional<WallTime> started_at{};
  std::optional<WallTime> written_at{};
  std::optional<Boot> boot{};  ///< at written_at
  std::optional<WallTime> last_activity{};
  std::optional<bool> connected{};
  std::optional<std::uint64_t> error_count{};
  std::optional<std::uint64_t> processed_count{};
  std::optional<Reported> reported{};
  std::vector<CheckReport> checks{};
  std::optional<Writer> writer{};

  bool operator==(const Document&) const = default;
};

/// The document as one line of JSON, `status` first. Text that is not UTF-8 is
/// repaired with U+FFFD, never refused: a beat must not fail for a host's name.
std::string encode(const Document& document);

/// Reads a document of ours or of a foreign writer. An optional field of the
/// wrong type counts as absent. The error is a phrase for people, such as
/// "no status" or "not a JSON object".
tl::expected<Document, std::string> decode(std::string_view text);

/// The same for text that parse_json() has read.
tl::expected<Document, std::string> decode(const JsonValue& json);

/// The reason of an `unhealthy` document that is its writer's last.
inline constexpr std::string_view farewell_reason = "stopped";

/// Who wrote a document, as its beginning tells. A document may lie.
struct WriterIdentity {
  std::optional<Instance> instance{};
  std::optional<std::uint64_t> sequence{};
  std::optional<std::chrono::milliseconds> interval{};
  bool farewell = false;  ///< its writer's last document

  bool operator==(const WriterIdentity&) const = default;
};

/// How many bytes of a document read_writer_identity() needs. Of ours 600 are enough: a host name
/// has at most 64 characters, and JSON may spell each in six. The rest is room for the spaces of
/// foreign writers.
inline constexpr std::size_t identity_bytes = 1'024;

/// Reads the beginning of a document, however cut. A field counts as absent when it is missing,
/// cut through, of another type or behind something that is not JSON.
WriterIdentity read_writer_identity(std::string_view beginning);

}  // namespace heartbeat
