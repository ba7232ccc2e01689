#pragma once

#include <string>

namespace heartbeat::redis {

/// Where the certificates of trusted authorities are. Either may be empty.
struct CaBundle {
  std::string file{};
  std::string directory{};  ///< with a hashed name for each, as c_rehash makes them
};

/// The certificates of this machine: OpenSSL's default is the place on the machine where it was
/// built. Both are empty if there are none, as in an empty image.
CaBundle system_ca_bundle();

/// The places that were searched, for the message that there are none.
std::string system_ca_bundle_text();

}  // namespace heartbeat::redis
