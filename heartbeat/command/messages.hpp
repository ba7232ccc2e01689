#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>

#include "document/document.hpp"

/// What a command tells of itself through its socket: a datagram has one message in each line.
/// Pure.
namespace heartbeat::command {

inline constexpr std::size_t max_datagram_bytes = 8192;

/// `mark SOURCE [NUMBER]`
struct MarkMessage {
  std::string_view source{};
  std::uint64_t events = 1;
};

/// `set SOURCE 0|1 [REASON]`
struct FlagMessage {
  std::string_view source{};
  bool value = false;
  std::string_view reason{};
};

/// `gauge SOURCE NUMBER`, or `add SOURCE NUMBER` to what it has
struct GaugeMessage {
  std::string_view source{};
  double value = 0;
  bool is_added = false;
};

/// NAME=VALUE of sd_notify(3)
struct NoticeMessage {
  std::string_view name{};
  std::string_view value{};
};

/// With `report STATUS [REASON]` beside those.
using Message = std::variant<MarkMessage, FlagMessage, GaugeMessage, Reported, NoticeMessage>;

/// Reads one line. The error names the wrong part and what is accepted.
tl::expected<Message, std::string> parse_message(std::string_view line);

/// The lines of sd_notify(3) in a datagram that may go to another supervisor: those about
/// descriptors and processes are left out, because only ours come with them.
std::string forwarded(std::string_view datagram);

/// Calls take(line) for each line that is not blank.
template <typename Take>
void for_each_line(std::string_view datagram, const Take& take) {
  while (!datagram.empty()) {
    const auto line = datagram.substr(0, datagram.find('\n'));
    datagram.remove_prefix(std::min(line.size() + 1, datagram.size()));
    if (line.find_first_not_of(" \t\r") != line.npos) take(line);
  }
}

/// What the command said of itself: its own status, and by sd_notify(3) how far it is.
class OwnWords {
 public:
  /// `notifies`: the command is starting until it says READY=1.
  explicit OwnWords(bool notifies) : is_starting_{notifies} {}

  void take(Reported report) { report_ = std::move(report); }
  void take(const NoticeMessage& notice);

  /// What the beats say, if the job itself says `job`.
  Reported joined_to(Reported job) const;

  bool is_starting() const noexcept { return is_starting_; }
  /// It said that it is stopping: nothing that it does not do any more is a fault.
  bool is_stopping() const noexcept { return is_stopping_; }

  /// The limit of the watchdog, if a message has changed it.
  std::optional<std::chrono::milliseconds> watchdog_limit() const noexcept { return limit_; }

 private:
  bool is_starting_;
  bool is_stopping_ = false;
  bool has_triggered_ = false;  ///< the watchdog, by itself
  std::string status_{};        ///< in words
  std::optional<Reported> report_{};
  std::optional<std::chrono::milliseconds> limit_{};
};

}  // namespace heartbeat::command
