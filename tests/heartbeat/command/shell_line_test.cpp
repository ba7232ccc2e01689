#include "command/shell_line.hpp"

#include <doctest/doctest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "host/descriptor.hpp"

using namespace heartbeat;
using namespace heartbeat::command;
using namespace std::chrono_literals;

namespace {

struct ShellLines {
  ~ShellLines() { companion.leave(no_output); }

  std::string why(const std::string& line, std::chrono::milliseconds limit = 60s) const {
    return why_it_fails(line, limit, stop.number(), companion);
  }

  char name[5] = "test";  // which the companion writes over
  char* const words[1] = {name};
  const Inherited inherited{words};
  Output no_output{};
  Companion companion{inherited, no_output};
  const Descriptor stop{eventfd(0, EFD_CLOEXEC)};
};

/// The number that a line has left in the file.
pid_t number_in(const std::filesystem::path& file) {
  pid_t number = 0;
  std::ifstream{file} >> number;
  return number;
}

/// A killed orphan may be a zombie until its new parent reaps it.
bool is_running(pid_t process) {
  std::ifstream file{"/proc/" + std::to_string(process) + "/stat"};
  std::string number, name, state;
  return file >> number >> name >> state && state != "Z" && state != "X";
}

struct NoteFile {
  NoteFile() { std::filesystem::remove(path); }
  ~NoteFile() { std::filesystem::remove(path); }
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("shell-line-" + std::to_string(getpid()));
};

}  // namespace

TEST_CASE("a line of the shell fails by its last words, or by how it ended") {
  ShellLines shell;
  CHECK(shell.why("true").empty());
  CHECK(shell.why("echo fine >&2; echo fine").empty());
  CHECK(shell.why("exit 3") == "exit status 3");
  CHECK(shell.why("kill -KILL $$") == "killed by signal 9");
  CHECK(shell.why("echo out; exit 1") == "out");
  CHECK(shell.why("echo out; printf 'one\\ntwo' >&2; exit 1") == "two");
  CHECK(shell.why("no-such-program-here").find("not found") != std::string::npos);
}

TEST_CASE("a line of the shell has no input and default signals, and its output is bounded") {
  ShellLines shell;
  CHECK(shell.why("cat; exit 0").empty());
  CHECK(shell.why("kill -PIPE $$") == "killed by signal 13");
  CHECK(shell.why("head -c 3000000 /dev/zero | tr '\\0' x; echo; echo last; exit 1") == "last");
  CHECK(shell.why("test \"$(ps -o pgid= $$)\" -eq $$").empty());
}

TEST_CASE("at the limit a line of the shell is killed, also one that writes without a pause") {
  ShellLines shell;
  CHECK(shell.why("sleep 1000 & wait", 300ms).starts_with("killed after 300ms"));
  CHECK(shell.why("while :; do echo x; done", 300ms).starts_with("killed after 300ms"));
}

TEST_CASE("when it is told to stop, the whole group of a line is killed") {
  ShellLines shell;
  const NoteFile note;
  const auto line = "sleep 1000 & echo $! > " + note.path.string() + "; wait";
  std::thread stopper{[&] {
    while (number_in(note.path) <= 1) usleep(1000);
    const std::uint64_t one = 1;
    CHECK(write(shell.stop.number(), &one, sizeof one) == sizeof one);
  }};
  CHECK(shell.why(line) == "stopped");
  stopper.join();
  const auto child = number_in(note.path);
  for (int i = 0; i < 30'000 && is_running(child); ++i) usleep(1000);
  CHECK_FALSE(is_running(child));
}
