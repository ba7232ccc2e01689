#include "process/process.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace fs = std::filesystem;

namespace {

class OutputFolder {
 public:
  OutputFolder() {
    char name[] = "/tmp/destination.XXXXXX";
    REQUIRE(mkdtemp(name) != nullptr);
    path_ = name;
  }
  ~OutputFolder() { fs::remove_all(path_); }
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;
  fs::path operator/(const char* name) const { return path_ / name; }
  auto files() const { return std::distance(fs::directory_iterator{path_}, {}); }

 private:
  fs::path path_;
};

std::string content(const fs::path& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

struct Pipe {
  int ends[2] = {-1, -1};
  Pipe() { REQUIRE(pipe(ends) == 0); }
  ~Pipe() {
    close(ends[0]);
    close(ends[1]);
  }
};

}  // namespace

TEST_CASE("a file is replaced as a whole, and readable by all") {
  const OutputFolder folder;
  const auto path = folder / "x.prom";
  std::ofstream{path} << "old and longer";
  std::ifstream reader{path};
  const auto mask = umask(077);
  CHECK(probe::Destination{path}.deliver("new") == 0);
  umask(mask);
  CHECK(content(path) == "new");
  CHECK((fs::status(path).permissions() & fs::perms::all) == fs::perms{0644});
  CHECK(folder.files() == 1);
  // A reader that had opened the file still reads the old one.
  CHECK(std::string{std::istreambuf_iterator<char>{reader}, {}} == "old and longer");
}

TEST_CASE("a file that cannot be replaced stays, and no temporary file remains") {
  const OutputFolder folder;
  const auto path = folder / "directory";
  fs::create_directories(path / "in");
  CHECK(probe::Destination{path}.deliver("new") == EISDIR);
  CHECK(folder.files() == 1);
  CHECK(probe::Destination{folder / "no/such/folder"}.deliver("new") == ENOENT);
}

TEST_CASE("a FIFO is not replaced") {
  const OutputFolder folder;
  const auto path = folder / "fifo";
  REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  CHECK(probe::Destination{path}.deliver("new") == ENOTSUP);
  CHECK(fs::is_fifo(path));
}

TEST_CASE("no text leaves the file alone") {
  const OutputFolder folder;
  const auto path = folder / "x";
  CHECK(probe::Destination{path}.deliver("") == 0);
  CHECK_FALSE(fs::exists(path));
}

TEST_CASE("text goes out whole") {
  const Pipe pipe;
  probe::write_once(pipe.ends[1], "one line\n");
  char buffer[64];
  const auto n = read(pipe.ends[0], buffer, sizeof buffer);
  REQUIRE(n == 9);
  CHECK(std::string(buffer, 9) == "one line\n");
}

TEST_CASE("a full pipe without a reader does not block the writer") {
  const Pipe pipe;
  fcntl(pipe.ends[1], F_SETFL, O_NONBLOCK);
  const std::string block(4096, 'x');
  while (write(pipe.ends[1], block.data(), block.size()) > 0) {
  }
  fcntl(pipe.ends[1], F_SETFL, 0);
  const auto before = std::chrono::steady_clock::now();
  probe::write_once(pipe.ends[1], block);
  CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds{10});
}

TEST_CASE("what nobody catches ends a program with one line on stderr") {
  const Pipe pipe;
  const pid_t child = fork();
  if (child == 0) {
    const probe::Hardening no_core_dump;
    signal(SIGABRT, SIG_DFL);  // doctest's report
    dup2(pipe.ends[1], STDERR_FILENO);
    std::terminate();
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGABRT);
  char buffer[64];
  const auto n = read(pipe.ends[0], buffer, sizeof buffer);
  REQUIRE(n > 0);
  CHECK(std::string(buffer, static_cast<std::size_t>(n)) == "internal error\n");
}
