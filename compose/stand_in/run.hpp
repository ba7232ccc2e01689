#pragma once

#include "stand_in/service.hpp"

namespace stand_in {

/// main() of every stand-in. Without arguments `body` runs, with SIGTERM, SIGINT and SIGPIPE
/// blocked in all threads; with arguments it sends them as one command to the running service of
/// this name. Returns the exit status: 1 after an error.
int run(int argc, char** argv, const std::string& name, void (*body)(Service&));

}  // namespace stand_in
