#include "checks/callback.hpp"

#include "document/text.hpp"

namespace heartbeat {
namespace {

// A hundred callbacks must fit into one document.
constexpr std::size_t max_output_bytes = 100;

}  // namespace

void Callback::begin(Time now) {
  const std::lock_guard lock{mutex_};
  state_.called_at = now;
}

CallbackResult Callback::run() const noexcept try {
  return {.success = test_()};
} catch (const std::exception& e) {
  return {.output = truncate(printable(e.what()), max_output_bytes)};
} catch (...) {
  return {.output = "threw something that is no exception"};
}

void Callback::end(CallbackResult result) {
  const std::lock_guard lock{mutex_};
  state_ = {.success = result.success, .output = std::move(result.output)};
}

CallbackState Callback::state() const {
  const std::lock_guard lock{mutex_};
  return state_;
}

}  // namespace heartbeat
