#pragma once

#include <cstddef>
#include <new>
#include <type_traits>

namespace heartbeat::detail {

/// Memory that a process shares with the children that it forks, at one address in all of them.
/// Whoever writes there may be killed at any moment: it holds atomic values and no lock.
class SharedMemory {
 public:
  /// All bytes are 0. Throws std::bad_alloc.
  explicit SharedMemory(std::size_t bytes);
  ~SharedMemory();
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  void* data() const noexcept { return data_; }

  /// For a forked child: from now on it shares a copy with its own children, and nothing with its
  /// parent. Throws std::bad_alloc.
  void leave_parent();

 private:
  void* data_;
  std::size_t bytes_;
};

/// A T in such memory.
template <typename T>
class Shared {
 public:
  static_assert(std::is_trivially_destructible_v<T>);

  Shared() : memory_{sizeof(T)}, value_{new(memory_.data()) T{}} {}

  T* operator->() const noexcept { return value_; }
  T& operator*() const noexcept { return *value_; }
  void leave_parent() { memory_.leave_parent(); }

 private:
  SharedMemory memory_;
  T* value_;
};

}  // namespace heartbeat::detail
