#pragma once

namespace heartbeat {

/// A full memory barrier in every running thread of this process, by the system
/// call membarrier(2). It is the slow half of a fence whose fast half, on the hot
/// path of every mark, costs nothing.
///
/// False where the kernel or a sandbox does not have it: then a mark may rarely
/// fail to wake its reader, who has to look again by himself.
bool process_barrier() noexcept;

}  // namespace heartbeat
