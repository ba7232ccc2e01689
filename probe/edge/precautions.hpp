#pragma once

#include <span>

#include "edge/secrecy.hpp"

namespace probe {

/// What a program does before anything else, and until it ends: no core dump; no closed standard
/// descriptor, whose number a socket would take; no SIGPIPE; nothing loaded at run time,
/// neither OpenSSL's configuration nor another libc's modules. One for a process.
class Precautions {
 public:
  Precautions();

 private:
  NoCoreDump no_core_dump_;
};

/// Overwrites the passwords in the arguments, once they are read.
void hide_passwords(std::span<char* const> arguments) noexcept;

}  // namespace probe
