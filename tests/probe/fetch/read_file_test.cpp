#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "fetch/read_file.hpp"

using probe::FileContent;
using probe::NoFile;
using probe::NoRegularFile;
using probe::read_file;

namespace {

class Folder {
 public:
  Folder() { REQUIRE(mkdtemp(path_) != nullptr); }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string operator/(const char* name) const { return std::string{path_} + "/" + name; }

 private:
  char path_[32] = "/tmp/read_file_test.XXXXXX";
};

std::string kind_of(const std::string& path) {
  const auto answer = read_file(path);
  REQUIRE(std::holds_alternative<NoRegularFile>(answer.found));
  return std::get<NoRegularFile>(answer.found).what;
}

}  // namespace

TEST_CASE("a file is read with its time, up to one byte more than a document has") {
  Folder folder;
  const auto path = folder / "f";
  for (const std::size_t size : {0U, 1U, 65'536U, 65'537U, 100'000U}) {
    CAPTURE(size);
    std::ofstream{path} << std::string(size, 'x');
    const timespec times[] = {{1, 0}, {1'700'000'000, 123'999'999}};
    REQUIRE(utimensat(AT_FDCWD, path.c_str(), times, 0) == 0);
    const auto answer = read_file(path);
    REQUIRE(std::holds_alternative<FileContent>(answer.found));
    const auto& content = std::get<FileContent>(answer.found);
    CHECK(content.text.size() == std::min<std::size_t>(size, 65'537));
    CHECK(content.modified.time_since_epoch().count() == 1'700'000'000'123);
  }
}

TEST_CASE("a missing file and a special file are distinguished, and never waited for") {
  Folder folder;
  CHECK(std::holds_alternative<NoFile>(read_file(folder / "none").found));
  CHECK(std::holds_alternative<NoFile>(read_file("/dev/null/none").found));
  CHECK(kind_of(folder / ".") == "a directory");
  REQUIRE(mkfifo((folder / "fifo").c_str(), 0600) == 0);
  CHECK(kind_of(folder / "fifo") == "a FIFO");
  CHECK(kind_of("/dev/zero") == "no regular file");
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  (folder / "socket").copy(address.sun_path, sizeof address.sun_path - 1);
  const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  CHECK(kind_of(folder / "socket") == "no regular file");
  close(listener);
}

TEST_CASE("a file that may not be read says why") {
  Folder folder;
  const auto path = folder / "f";
  std::ofstream{path} << "x";
  chmod(path.c_str(), 0);
  // Root may read everything.
  const pid_t child = fork();
  if (child == 0) {
    if (getuid() == 0 && (chmod((folder / ".").c_str(), 0755) != 0 || setuid(65534) != 0)) _exit(2);
    const auto answer = read_file(path);
    const auto* problem = std::get_if<probe::Problem>(&answer.found);
    _exit(problem != nullptr && problem->reason == probe::Reason::usage &&
                  problem->what == "cannot read " + path + ": Permission denied"
              ? 42
              : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WEXITSTATUS(status) == 42);
}

TEST_CASE("the boot of this machine is read if /proc exists") {
  const auto now = read_file("/none").time;
  REQUIRE(now.boot);
  CHECK(now.boot->id.size() == 36);
  CHECK(now.boot->at.count() > 0);
}
