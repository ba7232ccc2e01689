#include "edge/destination.hpp"

#include <unistd.h>

#include <cerrno>

#include "edge/output.hpp"

namespace probe {

Destination::Destination(std::string file) {
  if (!file.empty()) file_.emplace(std::move(file));
}

bool Destination::deliver(std::string_view text) const noexcept {
  if (text.empty()) return true;
  if (file_) {
    errno = file_->replace(text);
    return errno == 0;
  }
  write_once(STDOUT_FILENO, text);
  return true;
}

}  // namespace probe
