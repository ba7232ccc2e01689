#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "document/document.hpp"

/// Whether a beat was written by this container's process: --own. Pure, but for the function in
/// ThisHost, with which the caller lets it look at a process.
namespace probe {

/// What this machine tells of itself. Empty: /proc does not show it.
struct ThisHost {
  std::string name{};
  std::string boot_id{};
  std::optional<std::uint64_t> pid_namespace{}, net_namespace{};
  /// When process 1 of the pid namespace started, since the machine's boot.
  std::optional<std::chrono::milliseconds> began{};
  /// When a process of the pid namespace started (Instance::start_ticks), if it still lives.
  std::optional<std::uint64_t> (*start_ticks)(std::int64_t pid) = nullptr;
};

struct Ownership {
  bool is_own = false;
  std::string why{};  ///< for people: what decided
};

/// The host name must be this one. In this pid namespace, the process must live; in another one, as
/// of a sidecar, the beat must be newer than this namespace and of no other network namespace.
Ownership ownership_of(const heartbeat::Document& beat, const ThisHost& here);

}  // namespace probe
