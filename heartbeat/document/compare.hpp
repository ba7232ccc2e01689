#pragma once

#include "heartbeat/condition.hpp"

namespace heartbeat {

/// Whether `left comparison right` holds. With NaN nothing holds, `!=` included.
template <typename T>
constexpr bool compare(const T& left, Comparison comparison, const T& right) {
  switch (comparison) {
    case Comparison::less:
      return left < right;
    case Comparison::less_equal:
      return left <= right;
    case Comparison::greater:
      return left > right;
    case Comparison::greater_equal:
      return left >= right;
    case Comparison::equal:
      return left == right;
    case Comparison::not_equal:
      return left < right || left > right;
  }
  return false;
}

}  // namespace heartbeat
