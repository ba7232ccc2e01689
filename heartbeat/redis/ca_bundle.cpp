#include "redis/tls.hpp"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

namespace heartbeat::redis {
namespace {

constexpr std::array<const char*, 5> bundles{
    "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Ubuntu, Alpine, Arch
    "/etc/pki/tls/certs/ca-bundle.crt",                   // Fedora, RHEL
    "/etc/ssl/ca-bundle.pem",                             // openSUSE
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // CentOS
    "/etc/ssl/cert.pem",                                  // Alpine, BSD, macOS
};
constexpr const char* directory = "/etc/ssl/certs";

/// `5ed36f99.0`
bool is_hashed_name(std::string_view name) {
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return name.size() == 10 && name.ends_with(".0") &&
         std::ranges::all_of(name.substr(0, 8), is_hex);
}

bool has_hashed_names(const char* path) {
  struct Close {
    void operator()(DIR* opened) const { closedir(opened); }
  };
  const std::unique_ptr<DIR, Close> opened{opendir(path)};
  if (!opened) return false;
  while (const auto* entry = readdir(opened.get()))
    if (is_hashed_name(entry->d_name)) return true;
  return false;
}

}  // namespace

CaBundle system_ca_bundle() {
  // The directory first: OpenSSL reads a bundle whole, which takes longer than the whole probe.
  if (has_hashed_names(directory)) return {.directory = directory};
  for (const auto* bundle : bundles)
    if (access(bundle, R_OK) == 0) return {.file = bundle};
  return {};
}

std::string system_ca_bundle_text() {
  std::string text = std::string{directory} + "/*.0";
  for (const auto* bundle : bundles) (text += ", ") += bundle;
  return text;
}

}  // namespace heartbeat::redis
