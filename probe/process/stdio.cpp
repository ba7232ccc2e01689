#include "process/stdio.hpp"

#include <poll.h>
#include <unistd.h>

namespace probe {

void write_once(int descriptor, std::string_view text) noexcept {
  if (text.empty()) return;
  constexpr int max_wait_ms = 50;
  pollfd ready{descriptor, POLLOUT, 0};
  if (poll(&ready, 1, max_wait_ms) != 1) return;
  [[maybe_unused]] const auto written = write(descriptor, text.data(), text.size());
}

Destination::Destination(std::string file) {
  if (!file.empty()) file_.emplace(std::move(file));
}

int Destination::deliver(std::string_view text) const noexcept {
  if (text.empty()) return 0;
  if (file_) return file_->replace(text);
  write_once(STDOUT_FILENO, text);
  return 0;
}

}  // namespace probe
