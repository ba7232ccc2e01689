#include "host/atomic_file.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
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
  AtomicFile file{path};
};

// The name of the file that a replacement creates.
std::string temporary_name(const Place& p) {
  const int events = inotify_init1(IN_CLOEXEC);
  REQUIRE(inotify_add_watch(events, p.folder.path().c_str(), IN_CREATE) >= 0);
  REQUIRE(p.file.replace("x") == 0);
  alignas(inotify_event) std::array<char, 4096> buffer{};
  REQUIRE(read(events, buffer.data(), buffer.size()) > 0);
  close(events);
  return reinterpret_cast<const inotify_event*>(buffer.data())->name;
}

// What getrandom() gives instead of a random number.
std::optional<std::uint64_t> fixed_number;

}  // namespace

// Replaces the function of the C library in this program.
extern "C" ssize_t getrandom(void* buffer, size_t size, unsigned flags) {
  if (!fixed_number || size != sizeof *fixed_number)
    return syscall(SYS_getrandom, buffer, size, flags);
  std::memcpy(buffer, &*fixed_number, size);
  return static_cast<ssize_t>(size);
}

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

TEST_CASE("the temporary file is new, and its name is another each time") {
  Place p;
  const auto first = temporary_name(p);
  const auto second = temporary_name(p);
  CHECK(first.starts_with("s.json."));
  CHECK(first.ends_with(".tmp"));
  CHECK(first != second);
}

TEST_CASE("a temporary file that somebody prepared is not adopted, nor a link followed") {
  Place p;
  fixed_number = 32 * 32 + 31;  // its digits, from the right: v, 0, 1, 0, ...
  const auto prepared = p.path + ".v01000000000.tmp";
  const auto theirs = p.folder.path() + "/theirs";
  std::ofstream{theirs} << "theirs";
  SUBCASE("a file") { std::filesystem::copy(theirs, prepared); }
  SUBCASE("a link") { std::filesystem::create_symlink(theirs, prepared); }
  const auto result = p.file.replace("new");
  fixed_number.reset();
  CHECK(result == EEXIST);
  CHECK(content(prepared) == "theirs");
  CHECK(content(theirs) == "theirs");
  CHECK_FALSE(std::filesystem::exists(p.path));
  REQUIRE(p.file.replace("new") == 0);
  CHECK(content(p.path) == "new");
}

TEST_CASE("a FIFO or a device is not replaced") {
  Place p;
  REQUIRE(mkfifo(p.path.c_str(), 0600) == 0);
  SUBCASE("itself") { CHECK(p.file.replace("new") == ENOTSUP); }
  SUBCASE("a link to it") {
    std::filesystem::create_symlink(p.path, p.path + "-link");
    CHECK(AtomicFile{p.path + "-link"}.replace("new") == ENOTSUP);
    CHECK(std::filesystem::is_symlink(p.path + "-link"));
  }
  CHECK(std::filesystem::is_fifo(p.path));
  CHECK(AtomicFile{"/dev/null"}.replace("new") == ENOTSUP);
}

TEST_CASE("a failure returns its errno and leaves nothing") {
  Place p;
  std::filesystem::create_directory(p.path);
  CHECK(p.file.replace("new") == EISDIR);
  CHECK(entries(p.folder.path()) == 1);
  CHECK(AtomicFile{p.folder.path() + "/none/s.json"}.replace("new") == ENOENT);
  std::ofstream{p.folder.path() + "/f"} << "x";
  CHECK(AtomicFile{p.folder.path() + "/f/s.json"}.replace("new") == ENOTDIR);
  CHECK(AtomicFile{p.folder.path() + "/" + std::string(5000, 'x')}.replace("new") == ENAMETOOLONG);
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
