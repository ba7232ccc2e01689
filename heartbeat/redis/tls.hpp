#pragma once

#include <memory>
#include <string>
#include <tl/expected.hpp>

#include "host/descriptor.hpp"
#include "redis/deadline.hpp"
#include "redis/endpoint.hpp"
#include "redis/error.hpp"
#include "redis/transport.hpp"

namespace heartbeat::redis {

/// Whether this build supports TLS.
bool has_tls() noexcept;

/// Keeps OpenSSL from reading the machine's openssl.cnf, which may name modules that a static
/// program cannot load. Call it before the first connection.
void forgo_tls_configuration() noexcept;

/// Does the TLS handshake. The server's certificate must be for `host`. The text of an error does
/// not name the peer. Writing to the stream may raise SIGPIPE, unless the thread blocks it.
tl::expected<std::unique_ptr<ByteStream>, Error> secure(Descriptor socket, const Tls& tls,
                                                        const std::string& host,
                                                        const Deadline& deadline);

}  // namespace heartbeat::redis
