#pragma once

#include "stand_in/service.hpp"

namespace stand_in {

/// main() of every stand-in. Without arguments `body` runs, with SIGTERM, SIGINT
/// and SIGPIPE blocked in all threads; with arguments they go as one command to
/// the service of this name that runs already. 1 after a complaint.
int run(int argc, char** argv, const std::string& name, void (*body)(Service&));

}  // namespace stand_in
