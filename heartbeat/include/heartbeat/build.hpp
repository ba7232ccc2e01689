#pragma once

namespace heartbeat {

/// What this library was built from.
struct BuildInfo {
  const char* version;    ///< such as "0.2.0"
  const char* commit;     ///< "unknown" if the sources were no checkout
  const char* tls;        ///< the OpenSSL in use, such as "OpenSSL 3.0.19 27 Jan 2026"; or "none"
  const char* libraries;  ///< such as "hiredis 0.14.1, fmt 9.1.0, nlohmann-json 3.11.2"
};

BuildInfo build_info() noexcept;

}  // namespace heartbeat
