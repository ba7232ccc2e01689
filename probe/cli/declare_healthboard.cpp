#include "cli/declare.hpp"

namespace probe {
namespace {

constexpr std::size_t max_connections = 100'000;

}  // namespace

void declare_healthboard(Declarations& in, BoardOptions& options) {
  auto& app = in.app();
  app.description(
      "Answers by HTTP whether services are healthy, by the documents that they keep in Redis.");
  app.option_defaults()->group("HTTP");
  add_value(
      in, "--listen", "ADDRESS:PORT", options.port,
      [&options](const std::string& text) {
        return read_address(text).map([&options](const auto& address) {
          options.address = address.first;
          return address.second;
        });
      },
      "where to listen")
      ->default_str("127.0.0.1:8686")
      ->envname("HEALTHBOARD_LISTEN");
  add_value(
      in, "--max-connections", "N", options.max_connections,
      [](const std::string& text) { return read_number(text, max_connections); },
      "beyond them, the oldest is closed")
      ->default_str("1024")
      ->envname("HEALTHBOARD_MAX_CONNECTIONS");
  declare_common(in, options)
      .services->description("names of services; without any, every service on the roster");
  declare_help(app, "Paths: / /health /health/<service> /metrics /healthz");
}

}  // namespace probe
