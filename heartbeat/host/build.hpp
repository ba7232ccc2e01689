#pragma once

namespace heartbeat {

/// What this program or library was built from.
struct BuiltFrom {
  const char* version;
  const char* commit;     ///< "unknown" if the sources were no checkout
  const char* libraries;  ///< those that both halves have in them: "hiredis 0.14.1, fmt 9.1.0"
};

extern const BuiltFrom built_from;

}  // namespace heartbeat
