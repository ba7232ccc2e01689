#pragma once

#include <span>

/// Keeps secrets inside the process, and foreign code and signals out of it.
namespace probe {

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

/// Overwrites the passwords of URLs in the arguments: every user can see them with ps.
void hide_passwords(std::span<char* const> arguments) noexcept;

}  // namespace probe
