#pragma once

#include "checks/callback.hpp"
#include "heartbeat/clock.hpp"
#include "writer/detachable_thread.hpp"
#include "writer/service_state.hpp"

namespace heartbeat {

/// The body of the thread that calls a callback of the service again and again, until the thread is
/// asked to stop.
void keep_calling(Callback& callback, const Clock& clock, DetachableThread& thread,
                  ServiceState& service) noexcept;

}  // namespace heartbeat
