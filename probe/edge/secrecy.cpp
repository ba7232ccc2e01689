#include "edge/secrecy.hpp"

#include <sys/prctl.h>

#include <cstring>
#include <string_view>

namespace probe {

// Not RLIMIT_CORE: it does not bind a core_pattern that is a pipe.
NoCoreDump::NoCoreDump() noexcept { prctl(PR_SET_DUMPABLE, 0); }

// A leak checker, which looks at the end, has to attach.
NoCoreDump::~NoCoreDump() { prctl(PR_SET_DUMPABLE, 1); }

void hide_password(char* argument) noexcept {
  const std::string_view text{argument};
  const auto scheme = text.find("://");
  if (scheme == text.npos) return;
  const auto at = text.rfind('@');
  const auto query = text.find("password=", scheme);
  const auto begin = scheme + 3;
  if (at != text.npos && at > begin) std::memset(argument + begin, '*', at - begin);
  if (query != text.npos) std::memset(argument + query, '*', text.size() - query);
}

}  // namespace probe
