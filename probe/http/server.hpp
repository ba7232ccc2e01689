#pragma once

#include <functional>
#include <string>
#include <tl/expected.hpp>

#include "cli/options.hpp"
#include "http/poller.hpp"

namespace probe::http {

/// Answers requests until SIGTERM or SIGINT. Calls `on_listening` once. The error says why it
/// cannot listen on the address.
tl::expected<void, std::string> serve(const BoardOptions& options, SnapshotPoller& poller,
                                      const std::function<void()>& on_listening);

}  // namespace probe::http
