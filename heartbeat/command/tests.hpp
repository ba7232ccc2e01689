#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "heartbeat/heartbeat.hpp"
#include "heartbeat/status.hpp"
#include "writer/service_state.hpp"

namespace heartbeat::command {

/// A check that passes when a line of the shell ends well.
struct CommandTest {
  std::string name{};
  Severity severity = Severity::critical;
  std::string line{};  ///< for the shell
};

/// NAME[ SEVERITY]=LINE. The error names the place, the wrong part and what is accepted.
tl::expected<CommandTest, std::string> parse_test(std::string_view text);

/// Declares the check; `run` tells how the test ended. Throws ConfigError, which names the test.
void declare_test(ServiceState& service, const CommandTest& test, Polling polling,
                  std::function<bool()> run);

}  // namespace heartbeat::command
