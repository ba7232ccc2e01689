#include "document/signature.hpp"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "heartbeat/status.hpp"

namespace heartbeat {
namespace {

using Json = nlohmann::json;

/// Listens to the parser. A number is believed only when something follows it, for it
/// may be cut in two; text and objects have an end.
class Listener {
 public:
  Signature signature;

  // The names and types are nlohmann::json_sax's. False ends the parsing.
  bool null() { return other(); }
  bool boolean(bool) { return other(); }
  bool number_integer(Json::number_integer_t value) {
    if (depth_ == 2 && in_instance_ && key_ == "pid") instance_.pid = value;
    return other();
  }
  bool number_unsigned(Json::number_unsigned_t value) {
    constexpr std::uint64_t longest = 1ULL << 53U;
    if (depth_ == 2 && in_instance_ && key_ == "pid" && std::in_range<std::int64_t>(value))
      instance_.pid = static_cast<std::int64_t>(value);
    if (depth_ != 1 || (key_ == "interval_ms" && value > longest)) return other();
    number_ = value;
    return true;
  }
  bool number_float(Json::number_float_t, const std::string&) { return other(); }
  bool string(std::string& text) {
    if (depth_ == 1 && key_ == "status") unhealthy_ = text == to_string(Status::unhealthy);
    if (depth_ == 1 && key_ == "reason") reason_is_farewell_ = text == farewell_reason;
    signature.farewell = unhealthy_ && reason_is_farewell_ == true;
    if (depth_ == 2 && in_instance_ && key_ == "host")
      instance_.host = std::move(text);
    else if (depth_ == 2 && in_instance_ && key_ == "id")
      instance_.id = std::move(text);
    return other();
  }
  bool binary(Json::binary_t&) { return other(); }
  bool start_object(std::size_t) {
    ++depth_;
    if (depth_ == 2) in_instance_ = key_ == "instance";
    if (depth_ == 2 && in_instance_) instance_ = {};
    return true;
  }
  bool end_object() {
    settle();
    if (depth_-- == 2 && in_instance_) signature.instance = std::move(instance_);
    return depth_ > 0;
  }
  bool start_array(std::size_t) {
    if (++depth_ == 2) in_instance_ = false;
    return depth_ > 1;
  }
  bool end_array() { return --depth_ > 0; }
  bool key(std::string& name) {
    settle();
    if (depth_ <= 2) key_ = std::move(name);
    return depth_ > 1 || !complete();
  }
  bool parse_error(std::size_t, const std::string&, const Json::exception&) { return false; }

 private:
  bool other() const { return depth_ > 0; }

  void settle() {
    const auto number = std::exchange(number_, {});
    if (!number) return;
    if (key_ == "sequence") signature.sequence = number;
    if (key_ == "interval_ms") signature.interval = std::chrono::milliseconds{*number};
  }

  bool complete() const {
    return signature.instance && signature.sequence && signature.interval && reason_is_farewell_;
  }

  int depth_ = 0;
  std::string key_;  // the last, of the outer two levels
  bool in_instance_ = false;
  Instance instance_;
  std::optional<std::uint64_t> number_;  // of the outer level
  bool unhealthy_ = false;
  std::optional<bool> reason_is_farewell_;
};

}  // namespace

Signature read_signature(std::string_view beginning) {
  Listener listener;
  Json::sax_parse(beginning.begin(), beginning.end(), &listener);
  return std::move(listener.signature);
}

}  // namespace heartbeat
