#pragma once

#include <cstdlib>

/// What must hold for every input; libFuzzer keeps the input that breaks it.
inline void demand(bool holds) {
  if (!holds) std::abort();
}
