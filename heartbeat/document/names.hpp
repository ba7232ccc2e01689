#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace heartbeat {

/// Matches [A-Za-z0-9._-]{1,128}: safe in a key, a shell and a metric's label.
bool is_service_name(std::string_view name) noexcept;

/// A name on the roster: a service, or one of its replicas such as `worker:1`.
bool is_member_name(std::string_view name) noexcept;

/// The service and the instance in a member's name; the instance is empty for a service.
std::pair<std::string_view, std::string_view> split_member(std::string_view name) noexcept;

/// The name of a replica, `worker:1`; with an empty instance, the service's name.
std::string member_name(std::string_view service, std::string_view instance);

inline constexpr std::string_view default_prefix = "health:";
inline constexpr std::size_t max_prefix_bytes = 256;

/// The key of a service's or replica's document: `health:worker:1`.
std::string document_key(std::string_view prefix, std::string_view member);

/// The key of the roster: `health::services`.
std::string roster_key(std::string_view prefix);

/// The stream with the history of a service and its replicas: `health::history:worker`.
std::string history_key(std::string_view prefix, std::string_view service);

/// The sorted set of the silences: `health::silences`.
std::string silences_key(std::string_view prefix);

/// A reserved member of the roster. Its score is the time at which the roster began.
inline constexpr std::string_view roster_began = ":since";

/// In HEARTBEAT_INSTANCE it stands for the name of the host. On the roster, the member
/// `worker:a1%h` marks the replica `worker:a1` as named after its host.
inline constexpr std::string_view host_mark = "%h";

std::string with_host(std::string instance, std::string_view host);

/// Matches [A-Za-z0-9._-]{1,64}.
bool is_check_name(std::string_view name) noexcept;
/// The same for error messages.
inline constexpr std::string_view accepted_check_names = "1 to 64 of A-Z a-z 0-9 . _ -";

}  // namespace heartbeat
