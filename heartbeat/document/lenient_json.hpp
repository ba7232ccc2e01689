#pragma once

#include <string>
#include <string_view>

namespace heartbeat {

/// Rewrites what Python's json module writes and reads, but JSON (RFC 8259), UTF-8 or a double
/// cannot hold: NaN, the infinities and numbers beyond a double become null, a lone surrogate
/// escape becomes U+FFFD. All other text, broken JSON included, comes back as it is.
std::string strict_json(std::string_view text);

}  // namespace heartbeat
