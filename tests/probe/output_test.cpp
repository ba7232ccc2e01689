#include "edge/output.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <string>

namespace {

struct Pipe {
  int ends[2] = {-1, -1};
  Pipe() { REQUIRE(pipe(ends) == 0); }
  ~Pipe() {
    close(ends[0]);
    close(ends[1]);
  }
};

}  // namespace

TEST_CASE("text goes out whole") {
  const Pipe pipe;
  probe::write_once(pipe.ends[1], "one line\n");
  char buffer[64];
  const auto n = read(pipe.ends[0], buffer, sizeof buffer);
  REQUIRE(n == 9);
  CHECK(std::string(buffer, 9) == "one line\n");
}

TEST_CASE("a full pipe that nobody reads does not hold the writer") {
  const Pipe pipe;
  fcntl(pipe.ends[1], F_SETFL, O_NONBLOCK);
  const std::string block(4096, 'x');
  while (write(pipe.ends[1], block.data(), block.size()) > 0) {
  }
  fcntl(pipe.ends[1], F_SETFL, 0);
  const auto before = std::chrono::steady_clock::now();
  probe::write_once(pipe.ends[1], block);
  CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds{1});
}
