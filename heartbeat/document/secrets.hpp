#pragma once

#include <string>

namespace heartbeat {

/// The text with "***" in place of what looks like a secret, for texts of the service that enter
/// its document. Masked are, in any case of letters:
/// - the password of a URL, or its whole user part if there is no colon: `amqp://app:***@mq`;
/// - the value after `password=`, `passwd=`, `pwd=`, `secret=`, `token=`, `api_key=`, `apikey=`,
///   also at the end of a longer name, such as `PGPASSWORD=`; the value ends at a space, a quote
///   or one of `&;,)}`;
/// - the value after such a name in quotes and a colon, as in JSON: `"password": "***"`.
std::string mask_secrets(std::string text);

}  // namespace heartbeat
