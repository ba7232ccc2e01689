#include "command/output.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>

namespace heartbeat::command {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr std::array standard{STDOUT_FILENO, STDERR_FILENO};  // of each stream
constexpr std::size_t error_stream = 1;
constexpr off_t tail_bytes = 4096;
/// Between two looks at the files.
constexpr auto look_pause = 100ms;
/// Who writes without a pause does not keep us.
constexpr int pieces_at_a_stop = 64;
constexpr int looks_at_the_end = 64;

struct stat status_of(int descriptor) noexcept {
  struct stat status{};
  if (fstat(descriptor, &status) != 0) status = {};
  return status;
}

bool is_null(const struct stat& status) noexcept {
  return S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 3);
}

/// Where a pipe before it makes no difference.
bool can_be_piped(const struct stat& status) noexcept {
  return S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode) || is_null(status);
}

bool is_same(const struct stat& a, const struct stat& b) noexcept {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino && !is_null(a);
}

}  // namespace

Output::Output(const Inherited& inherited, TakeOutput take) : take_{std::move(take)} {
  std::array<struct stat, streams> status{};
  std::array<bool, streams> is_open{};
  for (std::size_t i = 0; i < streams; ++i) {
    is_open[i] = !inherited.closed[static_cast<std::size_t>(standard[i])];
    if (is_open[i]) status[i] = status_of(standard[i]);
  }
  const auto is_file = [&](std::size_t i) { return is_open[i] && S_ISREG(status[i].st_mode); };
  if (is_file(error_stream)) file_began_ = status[error_stream].st_size;
  is_joined_ = is_open[0] && is_open[1] && is_same(status[0], status[1]);
  for (std::size_t i = is_joined_ ? error_stream : 0; i < streams; ++i) {
    if (!is_open[i] || (!take_ && i != error_stream)) continue;
    if (can_be_piped(status[i]) || (take_ && isatty(standard[i]) == 1))
      passed_[i] = PassedStream{standard[i]};
    else if (take_ && is_file(i))
      followed_[i] = FollowedFile{standard[i]};
    seen_[i] = take_ && (!passed_[i].is_at_end() || followed_[i]);
  }
  if (is_joined_) seen_[0] = seen_[1];
}

void Output::become_standard() const noexcept {
  for (std::size_t i = 0; i < streams; ++i) {
    const auto& stream = passed_[is_joined_ ? error_stream : i];
    if (stream.command_end() >= 0) dup2(stream.command_end(), standard[i]);
  }
}

void Output::close_command_ends() noexcept {
  for (auto& stream : passed_) stream.close_command_end();
}

std::vector<int> Output::descriptors() const {
  std::vector<int> numbers;
  for (const auto& stream : passed_)
    for (const int number : stream.descriptors()) numbers.push_back(number);
  return numbers;
}

steady_clock::time_point Output::wakes_at(steady_clock::time_point now) const noexcept {
  auto when = steady_clock::time_point::max();
  for (const auto& stream : passed_)
    if (stream.reads_at() > now) when = std::min(when, stream.reads_at());
  if (std::ranges::any_of(followed_, &FollowedFile::operator bool))
    when = std::min(when, looks_at_);
  return when;
}

bool Output::pass_on(std::size_t stream) {
  passed_[stream].pass_on([&](std::string_view piece) { hear(stream, piece); });
  return !passed_[stream].is_at_end();
}

void Output::hear(std::size_t stream, std::string_view piece) {
  if (stream == error_stream) last_line_.add(piece);
  if (take_) take_(stream, piece);
}

bool Output::is_at_end() const noexcept {
  return std::ranges::all_of(passed_, &PassedStream::is_at_end);
}

void Output::pass_on_what_is_there() {
  for (std::size_t i = 0; i < streams; ++i)
    for (int n = 0; n < pieces_at_a_stop; ++n) {
      auto wanted = awaited(i, steady_clock::time_point::max());
      if (poll(&wanted, 1, 0) != 1) break;
      pass_on(i);
    }
}

void Output::pass_on_to_the_end() {
  while (!is_at_end()) {
    std::array<pollfd, streams> wanted;
    for (std::size_t i = 0; i < streams; ++i)
      wanted[i] = awaited(i, steady_clock::time_point::max());
    poll(wanted.data(), wanted.size(), -1);
    for (std::size_t i = 0; i < streams; ++i)
      if (wanted[i].revents != 0) pass_on(i);
  }
}

void Output::look_at_files(steady_clock::time_point now) {
  if (now < looks_at_) return;
  looks_at_ = now + look_pause;
  for (std::size_t i = 0; i < streams; ++i)
    if (followed_[i] && !followed_[i].read_growth([&](auto piece) { take_(i, piece); }))
      looks_at_ = now;
}

std::string_view Output::unwritten(std::size_t stream) const noexcept {
  return passed_[stream].unwritten();
}

bool Output::has_unwritten() const noexcept {
  return std::ranges::any_of(passed_, [](auto& stream) { return !stream.unwritten().empty(); });
}

void Output::put_back(std::size_t stream, std::string_view unwritten) noexcept {
  passed_[stream].put_back(unwritten);
}

void Output::command_has_ended() {
  for (auto& stream : passed_) stream.command_has_ended();
  for (std::size_t i = 0; i < streams; ++i)
    for (int n = 0; followed_[i] && n < looks_at_the_end; ++n)
      if (followed_[i].read_growth([&](std::string_view piece) { take_(i, piece); })) break;
}

bool Output::owes() const noexcept { return std::ranges::any_of(passed_, &PassedStream::owes); }

bool Output::resize() const noexcept {
  const bool first = passed_[0].resize();
  return passed_[1].resize() || first;
}

std::string Output::last_line() {
  if (file_began_ >= 0) add_last_line_of_file();
  return last_line_.text();
}

void Output::add_last_line_of_file() {
  const Descriptor file{open(path_of_descriptor(STDERR_FILENO).c_str(), O_RDONLY | O_CLOEXEC)};
  const auto size = file ? status_of(file.number()).st_size : 0;
  const auto from = std::max(file_began_, size - tail_bytes);
  std::array<char, tail_bytes> tail;
  const auto n = from < size ? pread(file.number(), tail.data(), tail.size(), from) : 0;
  if (n > 0) last_line_.add({tail.data(), static_cast<std::size_t>(n)});
}

}  // namespace heartbeat::command
