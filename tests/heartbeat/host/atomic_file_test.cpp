#include "host/atomic_file.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "../redis_server.hpp"

using heartbeat::AtomicFile;

namespace {

std::string content(const std::string& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::size_t entries(const std::string& folder) {
  const std::filesystem::directory_iterator all{folder};
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

struct Place {
  TemporaryFolder folder;
  std::string path = folder.path() + "/s.json";
  std::string temporary = path + ".tmp";
  AtomicFile file{path};
};

}  // namespace

TEST_CASE("atomic file: new content replaces the old, and nothing else is left") {
  Place p;
  REQUIRE(p.file.replace("a long document") == 0);
  CHECK(content(p.path) == "a long document");
  REQUIRE(p.file.replace("short") == 0);
  CHECK(content(p.path) == "short");
  CHECK(entries(p.folder.path()) == 1);
}

TEST_CASE("all users can read the file, regardless of the umask") {
  Place p;
  const auto before = umask(0077);
  REQUIRE(p.file.replace("x") == 0);
  umask(before);
  struct stat found{};
  REQUIRE(stat(p.path.c_str(), &found) == 0);
  CHECK((found.st_mode & 07777) == 0644);
}

TEST_CASE("a reader that has the file open keeps the whole old document") {
  Place p;
  REQUIRE(p.file.replace("old") == 0);
  std::ifstream reader{p.path};
  REQUIRE(p.file.replace("new") == 0);
  CHECK(std::string{std::istreambuf_iterator<char>{reader}, {}} == "old");
}

TEST_CASE("anything that a crash left under the temporary name is replaced") {
  Place p;
  SUBCASE("half a document") { std::ofstream{p.temporary} << "more than the next one has"; }
  SUBCASE("nobody may write it") {
    std::ofstream{p.temporary} << "x";
    chmod(p.temporary.c_str(), 0);
  }
  SUBCASE("a link") { REQUIRE(symlink("/dev/full", p.temporary.c_str()) == 0); }
  SUBCASE("a second name of something else") {
    std::ofstream{p.folder.path() + "/other"} << "precious";
    std::filesystem::create_hard_link(p.folder.path() + "/other", p.temporary);
  }
  SUBCASE("a FIFO") { REQUIRE(mkfifo(p.temporary.c_str(), 0600) == 0); }
  REQUIRE(p.file.replace("new") == 0);
  CHECK(content(p.path) == "new");
  CHECK_FALSE(std::filesystem::exists(p.temporary));
  if (const auto other = p.folder.path() + "/other"; std::filesystem::exists(other))
    CHECK(content(other) == "precious");
}

TEST_CASE("a failure returns its errno and leaves nothing") {
  Place p;
  std::filesystem::create_directory(p.path);
  CHECK(p.file.replace("new") == EISDIR);
  CHECK(entries(p.folder.path()) == 1);
  CHECK(AtomicFile{p.folder.path() + "/none/s.json"}.replace("new") == ENOENT);
  std::ofstream{p.folder.path() + "/f"} << "x";
  CHECK(AtomicFile{p.folder.path() + "/f/s.json"}.replace("new") == ENOTDIR);
  std::filesystem::create_directories(p.folder.path() + "/g/s.json.tmp");
  CHECK(AtomicFile{p.folder.path() + "/g/s.json"}.replace("new") == EISDIR);
  CHECK(AtomicFile{"/proc/s.json"}.replace("new") != 0);
}

TEST_CASE("a full file system leaves the old document and no part of the new one") {
  Place p;
  REQUIRE(p.file.replace("old") == 0);
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit little{4, 4};
    setrlimit(RLIMIT_FSIZE, &little);
    _exit(p.file.replace("longer than four bytes") == 0 ? 1 : 42);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WEXITSTATUS(status) == 42);
  CHECK(content(p.path) == "old");
  CHECK(entries(p.folder.path()) == 1);
}

TEST_CASE("two processes that write the same file never mix their documents") {
  Place p;
  const std::string ours(20'000, 'a');
  const std::string theirs(30'000, 'b');
  REQUIRE(p.file.replace(ours) == 0);
  const pid_t child = fork();
  if (child == 0) {
    for (int i = 0; i < 500; ++i)
      if (p.file.replace(theirs) != 0) _exit(1);
    _exit(42);
  }
  int status = 0;
  bool whole = true;
  while (waitpid(child, &status, WNOHANG) == 0) {
    REQUIRE(p.file.replace(ours) == 0);
    const auto found = content(p.path);
    whole = whole && (found == ours || found == theirs);
  }
  CHECK(whole);
  CHECK(WEXITSTATUS(status) == 42);
  CHECK(entries(p.folder.path()) == 1);
}
