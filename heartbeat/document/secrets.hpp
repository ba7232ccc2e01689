#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace heartbeat {

/// The text with "***" in place of what looks like a secret, for texts of the service that enter
/// its document. Masked are, in any case of letters:
/// - the password of a URL, or its whole user part if there is no colon: `amqp://app:***@mq`;
/// - the value after `password=`, `passwd=`, `pwd=`, `secret=`, `token=`, `api_key=`, `apikey=`,
///   also at the end of a longer name, such as `PGPASSWORD=`; the value ends at a space, a quote
///   or one of `&;,)}`;
/// - the value after such a name in quotes and a colon, as in JSON: `"password": "***"`.
std::string mask_secrets(std::string text);

/// Where a text is cut that has more than `max_bytes` and is masked later: not within a character,
/// and not within the user part of a URL, which is left out whole, since it could not be told from
/// a host without its `@`.
std::size_t cut_before_mask(std::string_view text, std::size_t max_bytes) noexcept;

}  // namespace heartbeat
