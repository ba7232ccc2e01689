#include "document/document.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "document/json_value.hpp"
#include "document/plain_json.hpp"

namespace heartbeat {
namespace {

using std::chrono::milliseconds;

/// Whether the text may hold more than max_values: before each but the first is one of these.
bool may_have_too_many_values(std::string_view text) {
  if (text.size() <= 2 * max_values) return false;
  unsigned count = 0;
  for (const char c : text) count += c == ',' || c == '[' || c == '{' ? 1U : 0U;
  return count >= max_values;
}

/// Compares constant lengths first: most names differ there, and no function is called.
template <std::size_t size>
bool is(std::string_view name, const char (&word)[size]) {
  return name.size() == size - 1 && std::equal(name.begin(), name.end(), word);
}

/// The sink of values that only need to be JSON.
struct Ignore {
  static constexpr bool keeps_numbers = false;
  bool null() { return true; }
  bool boolean(bool) { return true; }
  bool number_integer(std::int64_t) { return true; }
  bool number_unsigned(std::uint64_t) { return true; }
  bool number_float(double, std::string_view) { return true; }
  bool string(std::string_view) { return true; }
  bool start_object(std::size_t) { return true; }
  bool key(std::string_view) { return true; }
  bool end_object() { return true; }
  bool start_array(std::size_t) { return true; }
  bool end_array() { return true; }
};

/// Each member may occur once, with its usual type; everything else is left to decode().
class HeaderScan {
 public:
  const char* read(const char* p) {
    return read_object(
        p, [this](std::string_view name, const char* value) { return read_member(name, value); });
  }

  std::optional<HealthyHeader> header() const {
    const auto summary = reason_.value_or("");
    // Without a reason, summarize() counts the checks.
    if (!is_healthy_ || (summary.empty() && has_checks_)) return std::nullopt;
    return HealthyHeader{.summary = summary,
                         .service = service_,
                         .instance = name_.value_or(""),
                         .interval = interval_,
                         .ttl = ttl_};
  }

 private:
  const char* read_member(std::string_view name, const char* value) {
    if (is(name, "status")) return read_healthy(value);
    if (is(name, "instance")) return read_instance(value);
    if (is(name, "interval_ms")) return read_duration(value, interval_);
    if (is(name, "reason")) return read_text(value, reason_);
    if (is(name, "service")) return read_text(value, service_);
    if (is(name, "ttl_ms")) return read_duration(value, ttl_);
    if (is(name, "reported")) return nullptr;  // its reason may replace the document's
    if (is(name, "checks")) has_checks_ = true;
    return read_value(value, 1, ignore_);
  }

  const char* read_healthy(const char* p) {
    return std::exchange(is_healthy_, true) ? nullptr : skip_literal(p, R"("healthy")");
  }

  const char* read_instance(const char* p) {
    if (std::exchange(has_instance_, true)) return nullptr;
    return read_object(p, [this](std::string_view name, const char* value) {
      return is(name, "name") ? read_text(value, name_) : read_value(value, 2, ignore_);
    });
  }

  static const char* read_text(const char* p, std::optional<std::string_view>& text) {
    const char* after = text ? nullptr : skip_string(p);
    if (after != nullptr) text.emplace(p + 1, after - 1);
    return after;
  }

  /// A whole number of milliseconds.
  static const char* read_duration(const char* p, std::optional<milliseconds>& duration) {
    std::uint64_t count = 0;
    const char* after = duration ? nullptr : read_whole(p, count);
    if (after != nullptr) duration = milliseconds{count};
    return after;
  }

  Ignore ignore_;
  bool is_healthy_ = false;
  bool has_instance_ = false;
  bool has_checks_ = false;
  std::optional<std::string_view> reason_, service_, name_;
  std::optional<milliseconds> interval_, ttl_;
};

}  // namespace

std::optional<HealthyHeader> scan_healthy(const std::string& text) {
  if (text.size() > max_document_bytes || may_have_too_many_values(text)) return std::nullopt;
  HeaderScan scan;
  const bool is_plain = reads_plain(text, [&](const char* p) { return scan.read(p); });
  return is_plain ? scan.header() : std::nullopt;
}

}  // namespace heartbeat
