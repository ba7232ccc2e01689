#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "command/messages.hpp"
#include "command/rules.hpp"
#include "writer/service_state.hpp"

namespace heartbeat::command {

/// The sources that rules name. Messages and lines mark them.
class NamedSources {
 public:
  /// Declares the sources and checks of the rules. Throws ConfigError, which begins with the rule.
  NamedSources(ServiceState& service, const std::vector<Rule>& rules);

  // Each returns why a message has no effect, or nothing.
  std::string apply(const MarkMessage& mark) const;
  std::string apply(const FlagMessage& flag) const;
  std::string apply(const GaugeMessage& gauge) const;

  /// Why no event can happen to a source of this name, and which sources have events; empty: it
  /// can.
  std::string why_no_events(std::string_view source) const;

 private:
  using NamedSource = std::variant<Flag*, Events*, Gauge*>;
  template <typename Source>
  tl::expected<Source*, std::string> find(std::string_view name, const char* what) const;

  std::map<std::string, NamedSource, std::less<>> sources_;
};

}  // namespace heartbeat::command
