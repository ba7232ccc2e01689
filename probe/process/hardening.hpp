#pragma once

#include <span>

/// What keeps secrets inside the process, and foreign code and signals out of it.
namespace probe {

/// Hardens the process before anything else, until this object is destroyed: no core dump and
/// no debugger of the same user, for passwords are in memory; no closed standard descriptor,
/// whose number a socket would take; no SIGPIPE; no OpenSSL configuration. One for a process.
class Hardening {
 public:
  Hardening() noexcept;
  ~Hardening();
  Hardening(const Hardening&) = delete;
  Hardening& operator=(const Hardening&) = delete;
};

/// Makes name lookups use what a static glibc has built in, files and DNS. The modules that
/// /etc/nsswitch.conf names may belong to another libc, and would crash the process. Call it
/// before the first lookup; without effect on other libcs.
void use_builtin_name_services() noexcept;

/// Overwrites the passwords of URLs in the arguments, which ps shows to everybody.
void hide_passwords(std::span<char* const> arguments) noexcept;

}  // namespace probe
