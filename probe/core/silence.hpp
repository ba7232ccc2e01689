#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "document/document.hpp"

/// Silences: until when nobody is told how a service is. Verdicts stay as they are. In Redis they
/// are a sorted set of JSON objects, scored by their ends in milliseconds since the epoch. Pure.
namespace probe {

struct Silence {
  std::string name{};  ///< a service, which covers its replicas, or a replica such as `worker:1`
  heartbeat::WallTime until{};  ///< the first moment that is not silent
  std::string by{};             ///< who asked for it, unproven; safe to print
  std::string reason{};         ///< safe to print; may be empty

  bool operator==(const Silence&) const = default;
};

inline constexpr std::size_t max_silence_by = 128;      ///< bytes
inline constexpr std::size_t max_silence_reason = 200;  ///< bytes

/// From a reply to ZRANGE WITHSCORES, which has members and scores in turn: those that end after
/// `now`, in the order of the reply. What is no silence is left out.
std::vector<Silence> silences_from(std::span<const std::string> members_and_scores,
                                   heartbeat::WallTime now);

/// Of the silences that cover the service or replica the one that ends last; null: none does.
const Silence* silence_of(std::string_view name, std::span<const Silence> silences);

/// The member that stands for the silence.
std::string member_of(const Silence& silence);
std::string score_of(const Silence& silence);

/// The members of the reply that new silences of these names replace: those of the same names, and
/// all that have ended.
std::vector<std::string> replaced_members(std::span<const std::string> members_and_scores,
                                          std::span<const std::string> names,
                                          heartbeat::WallTime now);

}  // namespace probe
