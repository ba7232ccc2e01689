#include "fetch/read_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

#include "host/descriptor.hpp"
#include "host/host.hpp"

namespace probe {
namespace {

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

  auto text = heartbeat::read_at_most(file, heartbeat::max_document_bytes + 1);
  if (!text) return unreadable(path);
  const auto modified = std::chrono::seconds{status.st_mtim.tv_sec} +
                        std::chrono::nanoseconds{status.st_mtim.tv_nsec};
  return FileContent{std::move(*text),
                     heartbeat::WallTime{std::chrono::floor<std::chrono::milliseconds>(modified)}};
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
