#include "host/build.hpp"

#include "host/commit.hpp"  // made by every build: package/commit.cmake

namespace heartbeat {

const BuiltFrom built_from{HEARTBEAT_VERSION, HEARTBEAT_COMMIT, HEARTBEAT_LIBRARIES};

}  // namespace heartbeat
