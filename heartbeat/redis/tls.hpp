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

/// This build can make secure connections.
bool has_tls() noexcept;

/// Keeps OpenSSL from reading the machine's openssl.cnf, which may name modules:
/// a static program cannot load them. To be called before the first connection.
void forgo_tls_configuration() noexcept;

/// The handshake with `host`, whose name the certificate must bear. The error's
/// text names no peer. Writing may raise SIGPIPE in a thread that does not block it.
tl::expected<std::unique_ptr<ByteStream>, Error> secure(Descriptor socket, const Tls& tls,
                                                        const std::string& host,
                                                        const Deadline& deadline);

}  // namespace heartbeat::redis
