#include "fetch/read_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "host/descriptor.hpp"
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

FileTime file_time() {
  FileTime now{.wall = heartbeat::wall_now()};
  if (auto id = heartbeat::boot_id(); !id.empty())
    now.boot = heartbeat::Boot{.id = std::move(id), .at = heartbeat::time_since_boot()};
  return now;
}

decltype(FileReading::found) found_at(const std::string& path) {
  const heartbeat::Descriptor file{
      open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  if (!file && (errno == ENOENT || errno == ENOTDIR)) return NoFile{};
  if (!file && errno == ENXIO) return NoRegularFile{"no regular file"};  // a socket
  struct stat status{};
  if (!file || fstat(file.number(), &status) != 0) return unreadable(path);
  if (!S_ISREG(status.st_mode)) return NoRegularFile{kind_of(status.st_mode)};

  FileContent content{.text = std::string(heartbeat::max_document_bytes + 1, '\0'),
                      .modified = heartbeat::WallTime{since_epoch(status.st_mtim)}};
  std::size_t size = 0;
  while (size < content.text.size()) {
    const auto n = ::read(file.number(), content.text.data() + size, content.text.size() - size);
    if (n < 0) return unreadable(path);
    if (n == 0) break;
    size += static_cast<std::size_t>(n);
  }
  content.text.resize(size);
  return content;
}

}  // namespace

FileReading read_file(const std::string& path) {
  auto found = found_at(path);
  return {path, std::move(found), file_time()};  // the time is read after the last byte
}

std::string outcome(const FileReading& reading) {
  if (const auto* content = std::get_if<FileContent>(&reading.found))
    return std::to_string(content->text.size()) + " bytes";
  if (const auto* other = std::get_if<NoRegularFile>(&reading.found)) return "it is " + other->what;
  const auto* problem = std::get_if<Problem>(&reading.found);
  return problem != nullptr ? problem->what : "there is none";
}

}  // namespace probe
