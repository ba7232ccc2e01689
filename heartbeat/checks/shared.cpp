#include "heartbeat/detail/shared.hpp"

#include <sys/mman.h>

#include <cstring>

namespace heartbeat::detail {
namespace {

void* map(std::size_t bytes) {
  void* const data =
      mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (data == MAP_FAILED) throw std::bad_alloc{};
  return data;
}

}  // namespace

SharedMemory::SharedMemory(std::size_t bytes) : data_{map(bytes)}, bytes_{bytes} {}

SharedMemory::~SharedMemory() { munmap(data_, bytes_); }

void SharedMemory::leave_parent() {
  void* const copy = map(bytes_);
  std::memcpy(copy, data_, bytes_);
  // Replaces the pages in one step: other threads go on at this address.
  if (mremap(copy, bytes_, bytes_, MREMAP_MAYMOVE | MREMAP_FIXED, data_) == MAP_FAILED) {
    munmap(copy, bytes_);
    throw std::bad_alloc{};
  }
}

}  // namespace heartbeat::detail
