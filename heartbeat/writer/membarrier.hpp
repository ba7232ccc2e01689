#pragma once

namespace heartbeat {

/// A full memory barrier in every running thread of this process, by membarrier(2). It is the
/// slow half of a fence; the fast half, on the hot path of every mark, costs nothing.
///
/// False: the kernel or a sandbox does not offer it. Then a mark may rarely fail to wake the
/// write thread, which must look again by itself.
bool process_barrier() noexcept;

}  // namespace heartbeat
