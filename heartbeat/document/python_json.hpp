#pragma once

#include <string>
#include <string_view>

namespace heartbeat {

/// Deepest nesting that decode() takes. Python's own parser gives up a little
/// above, and a reader must not be kinder than the user's Python one-liner.
inline constexpr int max_nesting = 900;

/// Rewrites what Python's json module writes and reads, but no double or UTF-8
/// can hold: NaN, the infinities and numbers beyond a double become null, a lone
/// surrogate escape becomes U+FFFD.
/// All other text, broken JSON included, comes back as it is.
std::string plain_json(std::string_view text);

}  // namespace heartbeat
