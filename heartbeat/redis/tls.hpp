#pragma once

#include <memory>
#include <string>

#include "host/descriptor.hpp"
#include "redis/deadline.hpp"
#include "redis/endpoint.hpp"
#include "redis/error.hpp"
#include "redis/transport.hpp"

namespace heartbeat::redis {

bool has_tls() noexcept;

/// The OpenSSL in use, such as "OpenSSL 3.0.19 27 Jan 2026"; or "none".
const char* tls_version() noexcept;

/// Call it first: keeps OpenSSL from openssl.cnf, whose modules a static program cannot load.
void forgo_tls_configuration() noexcept;

/// Does the TLS handshake; the server's certificate must be for `host`. Errors do not name the
/// peer. Writing to the stream may raise SIGPIPE, unless the thread blocks it.
Result<std::unique_ptr<ByteStream>> secure(Descriptor socket, const Tls& tls,
                                           const std::string& host, const Deadline& deadline);

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
