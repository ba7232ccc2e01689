#include "heartbeat/build.hpp"

#include "host/build.hpp"
#include "redis/tls.hpp"

namespace heartbeat {

BuildInfo build_info() noexcept {
  return {built_from.version, built_from.commit, redis::tls_version(), built_from.libraries};
}

}  // namespace heartbeat
