#include "stand_in/run.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <exception>

namespace stand_in {
namespace {

constexpr std::string_view usage =
    R"(usage: {0}                   run the service until SIGTERM or SIGINT
       {0} break ROW         make the row fail
       {0} heal ROW          mend it
       {0} hang | resume     stop the main loop, and let it run on
       {0} rows              the rows that can be broken
       {0} advance DURATION  move the service's clock forward, such as 5m
       {0} status            what the service thinks of itself

All but the first speak to the running service: HEARTBEAT_SERVICE names it where
several share a program, STAND_IN_CONTROL is its socket (default: the abstract
socket @stand-in/SERVICE).
)";

int command(const std::string& name, const std::string& line) {
  const auto address = control_address(name);
  const Reply reply = address ? ask(*address, line) : Reply{false, address.error()};
  if (reply.ok)
    fmt::print("{}\n", reply.text);
  else
    fmt::print(stderr, "{}: {}\n", name.empty() ? "stand-in" : name, reply.text);
  return reply.ok ? 0 : 1;
}

void block_signals() {
  sigset_t blocked;
  sigemptyset(&blocked);
  for (const int signal : {SIGTERM, SIGINT, SIGPIPE}) sigaddset(&blocked, signal);
  pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
}

}  // namespace

int run(int argc, char** argv, const std::string& name, void (*body)(Service&)) {
  const std::string program{
      std::string_view{argv[0]}.substr(std::string_view{argv[0]}.rfind('/') + 1)};
  const auto known = name_or_environment(name);
  try {
    std::string line;
    for (int i = 1; i < argc; ++i) line += (i > 1 ? " " : "") + std::string{argv[i]};
    if (line == "--help" || line == "-h") {
      fmt::print(fmt::runtime(usage), program);
      return 0;
    }
    if (argc > 1) return command(known, line);

    block_signals();
    Service service{name};
    body(service);
    service.log("stopped");
    return 0;
  } catch (const std::exception& problem) {
    fmt::print(stderr, "{}: {}\n", known.empty() ? program : known, problem.what());
    return 1;
  }
}

}  // namespace stand_in
