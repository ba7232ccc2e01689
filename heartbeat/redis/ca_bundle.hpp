#pragma once

#include <string>

namespace heartbeat::redis {

/// The certificates of trusted authorities (CA): a file, a directory, or both.
struct CaBundle {
  std::string file{};
  std::string directory{};  ///< one file per certificate, named as by c_rehash
};

/// Searches this machine, because OpenSSL's default path is that of the machine on which OpenSSL
/// was built. Both members are empty if nothing is found, as in an empty image.
CaBundle system_ca_bundle();

/// The paths that system_ca_bundle() searches, for error messages.
std::string system_ca_bundle_text();

}  // namespace heartbeat::redis
