#pragma once

#include <chrono>
#include <optional>

#include "core/verdict.hpp"

namespace probe {

/// How long the verdict has lasted, by its document: since the first of the checks behind it
/// failed, since the beat became too old, since the start. Of a healthy service at least so long.
/// Nothing: the document does not say.
std::optional<std::chrono::milliseconds> lasted(const Verdict& verdict);

}  // namespace probe
