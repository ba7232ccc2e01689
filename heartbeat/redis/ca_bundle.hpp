#pragma once

#include <string>

namespace heartbeat::redis {

/// Where certificates of trusted authorities are; either may be empty.
struct CaBundle {
  std::string file{};
  std::string directory{};  ///< with a hashed name for each, as c_rehash makes them
};

/// Those of this machine: OpenSSL's own idea of the place is that of the machine
/// which it was built on. Both empty where there are none, as in an empty image.
CaBundle system_ca_bundle();

/// The places looked at, for the message that there is nothing.
std::string system_ca_bundle_text();

}  // namespace heartbeat::redis
