#include "command/sources.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "document/text.hpp"
#include "heartbeat/error.hpp"
#include "heartbeat/schedule.hpp"

namespace heartbeat::command {
namespace {

constexpr const char* counts_events = "counts events";

std::string shown(std::string_view text) { return printable(text, max_shown_bytes); }

/// The source of a rule, of the kind that the rule needs.
std::variant<Flag*, Events*, Gauge*> new_source(ServiceState& service,
                                                const std::vector<Rule>& rules, const Rule& rule) {
  if (rule.kind == Kind::flag) return &service.add_flag();
  if (rule.kind == Kind::gauge) return &service.add_gauge();
  const bool is_error = std::ranges::all_of(rules, [&](const Rule& other) {
    return other.source != rule.source || passes_without_events(other);
  });
  return is_error ? &service.add_errors() : &service.add_activity();
}

Condition condition_of(const Rule& rule, const std::variant<Flag*, Events*, Gauge*>& source) {
  switch (rule.kind) {
    case Kind::age:
      return std::get<Events*>(source)->within(rule.window);
    case Kind::count:
      return std::get<Events*>(source)
          ->count(rule.window)
          .compare(rule.comparison, static_cast<std::uint64_t>(rule.limit));
    case Kind::rate:
      return std::get<Events*>(source)->rate(rule.window).compare(rule.comparison, rule.limit);
    case Kind::gauge:
      return std::get<Gauge*>(source)->compare(rule.comparison, rule.limit);
    default:
      return std::get<Flag*>(source)->is_set();
  }
}

}  // namespace

NamedSources::NamedSources(ServiceState& service, const std::vector<Rule>& rules) {
  for (const auto& rule : rules) try {
      auto at = sources_.find(rule.source);
      if (at == sources_.end())
        at = sources_.emplace(rule.source, new_source(service, rules, rule)).first;
      const auto check =
          service.add_check(rule.name, rule.severity, condition_of(rule, at->second));
      if (!rule.sessions.empty()) service.set_schedule(check, Schedule{rule.sessions, rule.dates});
    } catch (const ConfigError& error) {
      throw ConfigError{fmt::format("rule '{}': {}", shown(rule.text), error.what())};
    } catch (const std::bad_variant_access&) {
      throw ConfigError{fmt::format("rule '{}': an earlier rule makes '{}' another kind of source",
                                    shown(rule.text), rule.source)};
    }
}

template <typename Source>
tl::expected<Source*, std::string> NamedSources::find(std::string_view name,
                                                      const char* what) const {
  const auto found = sources_.find(name);
  if (found == sources_.end())
    return tl::unexpected{fmt::format("no rule has the source '{}'", shown(name))};
  if (auto* const* source = std::get_if<Source*>(&found->second)) return *source;
  return tl::unexpected{fmt::format("no rule {} of '{}'", what, name)};
}

std::string NamedSources::why_no_events(std::string_view source) const {
  const auto found = find<Events>(source, counts_events);
  if (found) return {};
  std::vector<std::string_view> accepted;
  for (const auto& [name, known] : sources_)
    if (std::holds_alternative<Events*>(known)) accepted.push_back(name);
  if (accepted.empty())
    return found.error() + " (accepted: the source of a rule such as 'ticks within 60s critical')";
  return fmt::format("{} (accepted: {})", found.error(), fmt::join(accepted, ", "));
}

std::string NamedSources::apply(const MarkMessage& mark) const {
  const auto events = find<Events>(mark.source, counts_events);
  if (!events) return events.error();
  (*events)->mark(mark.events);
  return {};
}

std::string NamedSources::apply(const FlagMessage& flag) const {
  const auto found = find<Flag>(flag.source, "asks whether a flag");
  if (!found) return found.error();
  (*found)->set(flag.value, flag.reason);
  return {};
}

std::string NamedSources::apply(const GaugeMessage& gauge) const {
  const auto found = find<Gauge>(gauge.source, "compares the value");
  if (!found) return found.error();
  if (gauge.is_added)
    (*found)->add(gauge.value);
  else
    (*found)->set(gauge.value);
  return {};
}

}  // namespace heartbeat::command
