#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/change.hpp"
#include "render/render.hpp"

/// The log of healthboard: a line for its start and for each change. Pure.
namespace probe::http {

/// `listens on 127.0.0.1:8686, reads health:* in database 0 at redis:6379`. `source` is without
/// secrets.
std::string started_line(std::string_view address, std::string_view source, heartbeat::WallTime at,
                         Format format);

class BoardLog {
 public:
  explicit BoardLog(Format format) : format_{format} {}

  /// A line for each change. The services of the first reading are counted in one line, and only
  /// those that are not healthy have a line of their own.
  std::string lines(const ReadingChanges& changes);
  /// Why the history is kept in memory only; without a problem, that it is in Redis again.
  std::string history_line(const std::optional<Problem>& problem, heartbeat::WallTime at) const;
  /// Why the silences cannot be read.
  std::string silences_unknown(const Problem& problem, heartbeat::WallTime at) const;

 private:
  std::string line(std::string_view event, std::string_view words, const Problem& problem,
                   heartbeat::WallTime at) const;
  std::string counted_line(const ReadingChanges& changes) const;

  Format format_;
  bool has_counted_ = false;
};

}  // namespace probe::http
