#pragma once

namespace probe {

/// While it lives, neither a crash nor a debugger of the same user gets at the
/// memory of this process, where passwords are.
class NoCoreDump {
 public:
  NoCoreDump() noexcept;
  ~NoCoreDump();
  NoCoreDump(const NoCoreDump&) = delete;
  NoCoreDump& operator=(const NoCoreDump&) = delete;
};

/// Overwrites the user information of a URL, in place: the arguments of a process
/// are shown by ps to everybody.
void hide_password(char* argument) noexcept;

}  // namespace probe
