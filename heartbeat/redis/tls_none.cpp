#include "redis/tls.hpp"

// In place of tls.cpp in a build without OpenSSL.
namespace heartbeat::redis {

bool has_tls() noexcept { return false; }

const char* tls_version() noexcept { return "none"; }

void forgo_tls_configuration() noexcept {}

Result<std::unique_ptr<ByteStream>> secure(Descriptor, const Tls&, const std::string&,
                                           const Deadline&) {
  return tl::unexpected{Error{Failure::tls, "this build speaks no TLS"}};
}

}  // namespace heartbeat::redis
