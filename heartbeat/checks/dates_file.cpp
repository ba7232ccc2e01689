#include "checks/dates_file.hpp"

#include "heartbeat/error.hpp"
#include "host/text_file.hpp"

namespace heartbeat {

std::vector<SpecialDate> read_dates_file(const std::string& file) {
  const auto content = read_text_file(file);
  if (!content) throw ConfigError{content.error()};
  // Who wants no dates writes a comment; an empty file is one that could not be written.
  if (content->empty()) throw ConfigError{file + " is empty"};
  try {
    return parse_dates(*content);
  } catch (const ConfigError& error) {
    throw ConfigError{file + ", " + error.what()};
  }
}

}  // namespace heartbeat
