#include "edge/precautions.hpp"

#include <signal.h>
#ifdef __GLIBC__
#include <nss.h>
#endif

#include "edge/output.hpp"
#include "redis/tls.hpp"

namespace probe {

Precautions::Precautions() {
  fill_standard_descriptors();
  signal(SIGPIPE, SIG_IGN);
  heartbeat::redis::forgo_tls_configuration();
#ifdef __GLIBC__
  // A static glibc would load the NSS modules that /etc/nsswitch.conf names, and
  // crash where they belong to another libc. These two are built in.
  __nss_configure_lookup("hosts", "files dns");
#endif
}

void hide_passwords(std::span<char* const> arguments) noexcept {
  for (char* argument : arguments) hide_password(argument);
}

}  // namespace probe
