#include "checks/callback.hpp"

#include "document/text.hpp"

namespace heartbeat {
namespace {

// With a hundred of them the document stays within its bound.
constexpr std::size_t longest_output = 100;

}  // namespace

void Callback::begin(Time now) {
  const std::lock_guard lock{mutex_};
  reading_.asked = now;
}

Callback::Answer Callback::run() const noexcept try {
  return {.success = test_()};
} catch (const std::exception& e) {
  return {.output = truncate(printable(e.what()), longest_output)};
} catch (...) {
  return {.output = "threw something that is no exception"};
}

void Callback::end(Answer answer) {
  const std::lock_guard lock{mutex_};
  reading_.answer = answer.success;
  reading_.output = std::move(answer.output);
  reading_.asked.reset();
}

CallbackState Callback::reading() const {
  const std::lock_guard lock{mutex_};
  return reading_;
}

}  // namespace heartbeat
