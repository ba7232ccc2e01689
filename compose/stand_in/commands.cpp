#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "document/time.hpp"
#include "stand_in/service.hpp"

namespace stand_in {

Reply Service::execute(std::string_view line) {
  const auto space = line.find(' ');
  const auto command = line.substr(0, space);
  const auto argument = space == line.npos ? std::string_view{} : line.substr(space + 1);

  if (command == "break" || command == "heal") {
    const bool breaks = command == "break";
    if (!faults_.set(argument, breaks))
      return {false, fmt::format("no row \"{}\"; the rows are: {}", argument, faults_.rows())};
    return {true, fmt::format("{} is {}", argument, breaks ? "broken" : "healed")};
  }
  if (command == "advance") return advance(argument);
  if (!argument.empty()) return {false, fmt::format("{} takes no argument", command)};

  if (command == "hang" || command == "resume") {
    hanging_ = command == "hang";
    return {true, hanging_ ? "the main loop hangs" : "the main loop runs"};
  }
  if (command == "rows") return {true, faults_.rows()};
  if (command == "status") return {true, status_text()};
  return {false,
          fmt::format("no command \"{}\"; there are: break ROW, heal ROW, hang, resume, rows, "
                      "advance DURATION, status",
                      command)};
}

Reply Service::advance(std::string_view duration) {
  const auto by = heartbeat::parse_duration(duration);
  if (!by)
    return {false, fmt::format("\"{}\" is no duration; accepted: {}", duration,
                               heartbeat::accepted_durations)};
  clock_.advance(*by);
  // Lets the main loop repeat its work at the new time before the checks are evaluated: an event of
  // a moment ago must not look `by` old.
  std::this_thread::sleep_for(std::chrono::milliseconds{300});
  return {true, fmt::format("this service's clock went {} forward; {}",
                            heartbeat::format_duration(*by), status_text())};
}

std::string Service::status_text() {
  const auto judgement = beat.judge();
  return fmt::format("{}: {}", heartbeat::to_string(judgement.status), judgement.reason);
}

}  // namespace stand_in
