#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/exit_status.hpp"
#include "core/verdict.hpp"

namespace board {

using heartbeat::WallTime;

/// What one look into Redis gave.
struct Reading {
  std::vector<probe::Verdict> verdicts;     ///< first of the listed services, then of the guests
  std::size_t listed = 0;                   ///< how many of them are listed
  std::optional<probe::Problem> problem{};  ///< why Redis could not be asked, or refused
  WallTime at{};
};

/// Whom a look is for: first those that are listed, then the guests, each once.
struct Asked {
  std::vector<std::string> names;
  std::size_t listed = 0;
};
Asked asked_for(std::vector<std::string> listed, const std::vector<std::string>& guests);

/// What the answers, one for each name, come to.
Reading reading_of(const Asked& asked, const std::vector<probe::Answer>& answers,
                   const probe::AcceptancePolicy& acceptance, WallTime at);

/// What is known when nothing could be found out.
Reading without_answer(std::vector<std::string> listed, const std::vector<std::string>& guests,
                       const probe::AcceptancePolicy& acceptance, const probe::Problem& problem,
                       WallTime at);

/// What healthboard knows of itself.
struct Tally {
  std::map<int, std::uint64_t> requests{};  ///< by status code
  std::size_t connections = 0;
  std::uint64_t redis_reads = 0;
  std::optional<bool> redis_up{};  ///< nothing: not asked yet
  WallTime last_read{};            ///< the last that Redis answered
  WallTime started{};
};

/// All that an answer is made of.
struct Snapshot {
  std::shared_ptr<const Reading> reading{};  ///< null for what needs none
  Tally tally{};
  probe::ExitPolicy exit_policy{};
};

}  // namespace board
