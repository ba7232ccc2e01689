#pragma once

#include <array>
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

/// The document that a service keeps in Redis; heartbeat/FORMAT.md specifies it. Pure.
namespace heartbeat {

struct JsonValue;

using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

inline constexpr std::size_t max_document_bytes = 65'536;

/// Of one service. A reader ignores further ones.
inline constexpr std::size_t max_checks = 100;

/// The process that wrote the document.
struct Instance {
  std::string host{};
  std::int64_t pid = 0;
  std::string id{};    ///< random, new with every process
  std::string name{};  ///< of a replica (HEARTBEAT_INSTANCE); empty otherwise
  /// When the process started, in clock ticks since the machine's boot: /proc/self/stat, field 22.
  std::optional<std::uint64_t> start_ticks{};
  std::optional<std::uint64_t> pid_namespace{};  ///< the inode of /proc/self/ns/pid
  std::optional<std::uint64_t> net_namespace{};  ///< the inode of /proc/self/ns/net

  bool operator==(const Instance&) const = default;
};

/// When the document was written, since the machine's boot: independent of the wall clock.
struct Boot {
  std::string id{};                 ///< the kernel's boot id
  std::chrono::milliseconds at{0};  ///< since the boot, suspensions included

  bool operator==(const Boot&) const = default;
};

enum class CheckState {
  pass,
  waiting,     ///< no data yet, and less time than its limit since start or opening
  suppressed,  ///< outside its schedule: evaluated and shown, never counted
  fail,
};

std::string_view to_string(CheckState state) noexcept;

/// The enumerator of exactly that name, for Status, Severity, CheckState, Kind and Comparison.
template <typename Enum>
std::optional<Enum> enum_from(std::string_view name) noexcept;

/// What a check measured: nothing yet, true or false, or a number.
using Value = std::variant<std::monostate, bool, double>;

/// Whether `left comparison right` holds. A comparison with NaN never holds, not even `!=`.
template <typename T>
constexpr bool compare(const T& left, Comparison comparison, const T& right) {
  switch (comparison) {
    case Comparison::less:
      return left < right;
    case Comparison::less_equal:
      return left <= right;
    case Comparison::greater:
      return left > right;
    case Comparison::greater_equal:
      return left >= right;
    case Comparison::equal:
      return left == right;
    case Comparison::not_equal:
      return left < right || left > right;
  }
  return false;
}

struct CheckReport {
  std::string name{};
  Severity severity = Severity::critical;
  CheckState state = CheckState::waiting;
  Kind kind = Kind::flag;
  Value value{};
  Comparison comparison = Comparison::equal;
  Value limit{};
  /// There were more events than the writer remembers: the value is a minimum.
  bool value_is_minimum = false;
  std::optional<std::chrono::milliseconds> window{};  ///< of a count or a rate
  /// Of a failed count: when it clears if no further event happens.
  std::optional<std::chrono::milliseconds> clears_in{};
  std::optional<WallTime> since{};  ///< when the check entered this state
  /// Outside its schedule: the state that the check would have inside.
  std::optional<CheckState> would_be{};
  std::string output{};  ///< what a callback returned as text

  bool operator==(const CheckReport&) const = default;
};

/// The status that the service reported itself, beside its checks.
struct Reported {
  Status status = Status::healthy;
  std::string reason{};

  bool operator==(const Reported&) const = default;
};

/// Only `status` is always present: a foreign writer may leave out all other fields.
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
  std::optional<std::uint64_t> refused_messages{};
  std::optional<Reported> reported{};
  std::vector<CheckReport> checks{};
  std::optional<Writer> writer{};
  /// Encoded beside the writer's condition, and not without it.
  std::string implementation{};  ///< of the writer: `python`; empty: the library
  std::string version{};         ///< of the library or package that wrote

  bool operator==(const Document&) const = default;
};

/// The document as one line of JSON, `status` first. Invalid UTF-8 becomes U+FFFD.
std::string encode(const Document& document);
/// The same; replaces the text and uses its memory again.
void encode(const Document& document, std::string& text);

/// A part of it: one check without its name, and the object `writer`, or `null` without one.
std::string encode(const CheckReport& check);
std::string encode_writer(const Document& document);

/// Reads a document of our own or of a foreign writer. An optional field of the wrong type counts
/// as absent. The error is a phrase for people, for example "no status" or "not a JSON object".
tl::expected<Document, std::string> decode(std::string_view text);

/// The members of a document that decode() reads.
inline constexpr std::array<std::string_view, 18> document_members{
    "status",        "reason",    "service",         "instance",        "sequence",
    "interval_ms",   "ttl_ms",    "started_at",      "written_at",      "boot",
    "last_activity", "connected", "error_count",     "processed_count", "reported",
    "checks",        "writer",    "refused_messages"};

/// The same for text that parse_json() has read, at least the members that are named above.
tl::expected<Document, std::string> decode(const JsonValue& json);

/// The fields of a healthy document for a verdict in one line; they point into the scanned text.
struct HealthyHeader {
  std::string_view summary{};  ///< equals summarize() of the decoded document
  std::optional<std::string_view> service{};
  std::string_view instance{};  ///< the replica's name; empty: absent
  std::optional<std::chrono::milliseconds> interval{};
  std::optional<std::chrono::milliseconds> ttl{};

  bool operator==(const HealthyHeader&) const = default;
};

/// Equals decode() for a healthy document in the form that our writers use, at a small part of the
/// cost. Returns nothing for any other text, which decode() must read. Pure; does not allocate.
std::optional<HealthyHeader> scan_healthy(const std::string& text);

/// One check in words: `ticks_received 75s ago, limit 60s (critical)`. `written_at` is the time of
/// the document. `document_age` is added to every duration that has grown since then.
std::string describe(const CheckReport& check, std::optional<WallTime> written_at,
                     std::chrono::milliseconds document_age = {});

/// For a table of checks: `75s ago` and `<60s`; `true` and `true`; `3 in 5m` and `0`.
std::string shown_value(const CheckReport& check, std::chrono::milliseconds document_age = {});
std::string shown_limit(const CheckReport& check, std::chrono::milliseconds document_age = {});

/// What causes the document's status, worst first, joined by "; ". Without a cause, the document's
/// own reason; for a healthy document without a reason, the number of checks that pass. The memory
/// of `text` is used again.
std::string summarize(const Document& document, std::chrono::milliseconds document_age = {},
                      std::string text = {});

/// The `interval` of a document whose writer has ended and promises no next beat: only the TTL
/// bounds its age.
inline constexpr std::chrono::milliseconds no_next_beat{0};

/// The reason in the last document of a writer that stops, whose status is `unhealthy`.
inline constexpr std::string_view farewell_reason = "stopped";

/// The writer of a document, read from its beginning. It is not verified.
struct WriterIdentity {
  std::optional<Instance> instance{};
  std::optional<std::uint64_t> sequence{};
  std::optional<std::chrono::milliseconds> interval{};
  bool farewell = false;  ///< its writer's last document

  bool operator==(const WriterIdentity&) const = default;
};

/// What read_writer_identity() needs: 700 for our own documents, and room for others' spaces.
inline constexpr std::size_t identity_bytes = 1'024;

/// Reads the beginning of a document, cut at any byte. An incomplete field counts as absent.
WriterIdentity read_writer_identity(std::string_view beginning);

}  // namespace heartbeat
