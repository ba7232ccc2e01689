#include "edge/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "host/host.hpp"

namespace probe {
namespace {

using std::chrono::floor;
using std::chrono::milliseconds;

milliseconds since_epoch(const timespec& time) {
  return floor<milliseconds>(std::chrono::seconds{time.tv_sec} +
                             std::chrono::nanoseconds{time.tv_nsec});
}

std::string kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  return S_ISFIFO(mode) ? "a FIFO" : "no regular file";
}

Problem unreadable(const std::string& path) {
  return {Reason::usage, "cannot read " + path + ": " + std::generic_category().message(errno)};
}

}  // namespace

FileAnswer read_file(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (file < 0 && (errno == ENOENT || errno == ENOTDIR)) return {path, NoFile{}};
  if (file < 0 && errno == ENXIO) return {path, NoRegularFile{"no regular file"}};  // a socket
  if (file < 0) return {path, unreadable(path)};

  FileAnswer answer{path, NoFile{}};
  FileContent content;
  struct stat found{};
  ssize_t n = fstat(file, &found);
  if (n == 0 && !S_ISREG(found.st_mode)) {
    answer.found = NoRegularFile{kind_of(found.st_mode)};
  } else {
    content.modified = heartbeat::WallTime{since_epoch(found.st_mtim)};
    content.text.resize(heartbeat::max_document_bytes + 1);
    std::size_t size = 0;
    while (n >= 0 && size < content.text.size()) {
      n = ::read(file, content.text.data() + size, content.text.size() - size);
      if (n <= 0) break;
      size += static_cast<std::size_t>(n);
    }
    content.text.resize(size);
    if (n < 0)
      answer.found = unreadable(path);
    else
      answer.found = std::move(content);
  }
  close(file);
  return answer;
}

FileTime file_time() {
  FileTime now{.wall = heartbeat::wall_now()};
  if (auto id = heartbeat::boot_id(); !id.empty())
    now.boot = heartbeat::Boot{.id = std::move(id), .at = heartbeat::time_since_boot()};
  return now;
}

std::string outcome(const FileAnswer& answer) {
  if (const auto* content = std::get_if<FileContent>(&answer.found))
    return std::to_string(content->text.size()) + " bytes";
  if (const auto* other = std::get_if<NoRegularFile>(&answer.found)) return "it is " + other->what;
  const auto* problem = std::get_if<Problem>(&answer.found);
  return problem != nullptr ? problem->what : "there is none";
}

}  // namespace probe
