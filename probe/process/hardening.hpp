#pragma once

#include <span>

/// Keeps secrets inside the process, and foreign code and signals out of it.
namespace probe {

/// Hardens the process until this object is destroyed. Create it first, and once in a process.
/// Forbids core dumps and debuggers of the same user, since passwords are in memory; opens closed
/// standard descriptors; ignores SIGPIPE; makes OpenSSL ignore its configuration file.
class Hardening {
 public:
  Hardening() noexcept;
  ~Hardening();
  Hardening(const Hardening&) = delete;
  Hardening& operator=(const Hardening&) = delete;
};

/// Makes name lookups use only files and DNS, which a static glibc has built in. The modules that
/// /etc/nsswitch.conf names may belong to another libc and would crash the process. Call it before
/// the first lookup. No effect with other libcs.
void use_builtin_name_services() noexcept;

/// Overwrites the passwords of URLs in the arguments: every user can see them with ps.
void hide_passwords(std::span<char* const> arguments) noexcept;

}  // namespace probe
