#pragma once

#include <string>
#include <tl/expected.hpp>

#include "cli/options.hpp"

namespace probe::http {

/// Asks the healthboard that listens on this address whether it runs, within the timeout. The error
/// says why not.
tl::expected<void, std::string> ping(const BoardOptions& options);

}  // namespace probe::http
