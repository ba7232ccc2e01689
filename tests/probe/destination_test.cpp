#include "edge/destination.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace fs = std::filesystem;

namespace {

class Folder {
 public:
  Folder() {
    char name[] = "/tmp/destination.XXXXXX";
    REQUIRE(mkdtemp(name) != nullptr);
    path_ = name;
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  fs::path operator/(const char* name) const { return path_ / name; }
  auto files() const { return std::distance(fs::directory_iterator{path_}, {}); }

 private:
  fs::path path_;
};

std::string content(const fs::path& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace

TEST_CASE("a file is replaced as a whole, and readable by all") {
  const Folder folder;
  const auto path = folder / "x.prom";
  std::ofstream{path} << "old and longer";
  std::ifstream reader{path};
  const auto mask = umask(077);
  CHECK(probe::Destination{path}.deliver("new"));
  umask(mask);
  CHECK(content(path) == "new");
  CHECK((fs::status(path).permissions() & fs::perms::all) == fs::perms{0644});
  CHECK(folder.files() == 1);
  // Who had it open reads on in what it was.
  CHECK(std::string{std::istreambuf_iterator<char>{reader}, {}} == "old and longer");
}

TEST_CASE("what cannot be replaced stays, and leaves nothing behind") {
  const Folder folder;
  const auto path = folder / "directory";
  fs::create_directories(path / "in");
  CHECK_FALSE(probe::Destination{path}.deliver("new"));
  CHECK(errno == EISDIR);
  CHECK(folder.files() == 1);
  CHECK_FALSE(probe::Destination{folder / "no/such/folder"}.deliver("new"));
  CHECK(errno == ENOENT);
}

TEST_CASE("no text leaves the file alone") {
  const Folder folder;
  const auto path = folder / "x";
  CHECK(probe::Destination{path}.deliver(""));
  CHECK_FALSE(fs::exists(path));
}
