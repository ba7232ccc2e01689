#pragma once

#include <unistd.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "host/atomic_file.hpp"

/// What the process shares with its surroundings: standard descriptors, signals, arguments.
namespace probe {

/// Writes the text in one call, or loses it after 50 ms without room. Async-signal-safe.
void write_once(int descriptor, std::string_view text) noexcept;

/// Where the output goes: stdout, another descriptor, or a file that is replaced as a whole.
class Destination {
 public:
  Destination() = default;
  explicit Destination(int descriptor) noexcept : descriptor_{descriptor} {}
  explicit Destination(std::string file);

  bool is_file() const noexcept { return file_.has_value(); }

  /// Writes the text unless it is empty. Returns 0, or the errno if the file could not be replaced,
  /// or the descriptor took only a part. Text of which it takes nothing is lost. Async-signal-safe.
  int deliver(std::string_view text) const noexcept;

 private:
  int descriptor_ = STDOUT_FILENO;
  std::optional<heartbeat::AtomicFile> file_;
};

/// Create it first, and once. Until destroyed, forbids core dumps and debuggers, since passwords
/// are in memory; opens closed standard descriptors; ignores SIGPIPE and OpenSSL's configuration.
class Hardening {
 public:
  Hardening() noexcept;
  ~Hardening();
  Hardening(const Hardening&) = delete;
  Hardening& operator=(const Hardening&) = delete;
};

/// Before the first lookup: only files and DNS, which a static glibc has built in. Modules of
/// /etc/nsswitch.conf may belong to another libc and would crash the process.
void use_builtin_name_services() noexcept;

/// For a short run: memory that one large document needed serves the next, and the kernel need not
/// clear it again.
void keep_freed_memory() noexcept;

/// Overwrites the passwords of URLs in the arguments: every user can see them with ps.
void hide_passwords(std::span<char* const> arguments) noexcept;

}  // namespace probe
