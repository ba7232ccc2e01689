#pragma once

#include <span>
#include <string>

#include "core/silence.hpp"

/// Silences for people and programs.
namespace probe {

/// `silenced until 2026-11-27T10:15:00Z by anna@laptop: planned restart`
std::string silence_text(const Silence& silence);

/// A table of them, with the time that is left of each.
std::string silences_table(std::span<const Silence> silences, heartbeat::WallTime now);

/// `{"service":"worker","until":"2026-11-27T10:15:00.000Z","by":"anna@laptop","reason":""}`
std::string silence_json(const Silence& silence);

}  // namespace probe
