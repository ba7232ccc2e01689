#include "watch/change_log.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "document/text.hpp"
#include "document/time.hpp"

namespace probe {

std::string ChangeLog::beginning(const WatchReading& reading, heartbeat::WallTime at) const {
  Counts counts{};
  for (const auto& verdict : reading.verdicts)
    ++counts.at(static_cast<std::size_t>(verdict.status()));
  const auto time = heartbeat::format_timestamp(at);
  const auto place = heartbeat::printable(reading.place);
  if (format_ != Format::json) return time + ' ' + counted(counts) + "; " + place + '\n';
  const nlohmann::ordered_json json{{"time", time}, {"event", "started"}, {"reads", place}};
  return json.dump() + '\n';
}

std::string ChangeLog::lines(const WatchReading& reading, heartbeat::WallTime at) noexcept {
  const auto changes = detector_.update(reading.verdicts, problem_of(reading), at);
  std::string out;
  if (changes.redis) out += change_line(*changes.redis, format_);
  const bool is_first =
      !std::exchange(has_begun_, has_begun_ || is_answered(reading)) && has_begun_;
  if (is_first) out += beginning(reading, at);
  const bool is_counted = is_first && changes.verdicts.size() > max_listed;
  for (const auto& change : changes.verdicts)
    if (!is_counted || change.to != Reason::healthy) out += change_line(change, format_);
  return out;
}

}  // namespace probe
