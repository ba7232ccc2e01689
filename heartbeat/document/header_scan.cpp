#include "document/document.hpp"

#include <cstdint>
#include <cstring>
#include <utility>

#include "document/json_value.hpp"
#include "document/text.hpp"

namespace heartbeat {
namespace {

using std::chrono::milliseconds;
using namespace std::string_view_literals;

// Longer numbers and deeper nesting are left to decode().
constexpr std::ptrdiff_t max_digits = 15;  // exact in a double, and less than 2^53
constexpr int max_depth = 16;

// Loops over every byte have no branch, so that the compiler uses vector instructions.

enum class Bytes { ascii, beyond_ascii, not_plain };

/// Plain is a JSON text in which every string ends at the next quote and stands for itself: without
/// a backslash or a control character. Other text is left to decode().
Bytes bytes_of(std::string_view text) {
  if (text.find('\\') != text.npos) return Bytes::not_plain;
  unsigned control = 0, beyond_ascii = 0;
  for (const char c : text) {
    control |= static_cast<unsigned char>(c) < ' ' ? 1U : 0U;
    beyond_ascii |= static_cast<unsigned char>(c) & 0x80U;
  }
  if (control != 0) return Bytes::not_plain;
  return beyond_ascii == 0 ? Bytes::ascii : Bytes::beyond_ascii;
}

/// Whether the text may hold more than max_values: before each but the first is one of these.
bool may_have_too_many_values(std::string_view text) {
  if (text.size() <= 2 * max_values) return false;
  unsigned count = 0;
  for (const char c : text) count += c == ',' || c == '[' || c == '{' ? 1U : 0U;
  return count >= max_values;
}

// Each skip_x(p) returns the position after the x (RFC 8259) at p, or null. The text is plain.

const char* skip_space(const char* p) {
  while (*p == ' ') ++p;
  return p;
}

const char* skip_literal(const char* p, std::string_view literal) {
  for (const char c : literal)
    if (*p++ != c) return nullptr;
  return p;
}

const char* skip_string(const char* p) {
  if (*p != '"') return nullptr;
  const char* end = std::strchr(p + 1, '"');
  return end != nullptr ? end + 1 : nullptr;
}

const char* skip_digits(const char* p) {
  const char* begin = p;
  while (is_digit(*p)) ++p;
  return p != begin && p - begin <= max_digits ? p : nullptr;
}

const char* skip_number(const char* p) {
  if (*p == '-') ++p;
  const char* whole = p;
  p = skip_digits(p);
  if (p == nullptr || (*whole == '0' && p - whole > 1)) return nullptr;
  return *p == '.' ? skip_digits(p + 1) : p;  // an exponent is left to decode()
}

/// Skips a list in brackets, of which `end` is the second. Calls skip_element for each element.
template <typename SkipElement>
const char* skip_list(const char* p, char end, const SkipElement& skip_element) {
  p = skip_space(p + 1);
  if (*p == end) return p + 1;
  while (true) {
    p = skip_element(p);
    if (p == nullptr) return nullptr;
    p = skip_space(p);
    if (*p == end) return p + 1;
    if (*p != ',') return nullptr;
    p = skip_space(p + 1);
  }
}

/// Calls skip_member(name, position of the value) for each member.
template <typename SkipMember>
const char* skip_object(const char* p, const SkipMember& skip_member) {
  if (*p != '{') return nullptr;
  return skip_list(p, '}', [&](const char* name) -> const char* {
    const char* after = skip_string(name);
    if (after == nullptr) return nullptr;
    const char* colon = skip_space(after);
    if (*colon != ':') return nullptr;
    return skip_member(std::string_view{name + 1, after - 1}, skip_space(colon + 1));
  });
}

const char* skip_value(const char* p, int depth) {
  switch (*p) {
    case '"':
      return skip_string(p);
    case '{':
      if (depth == max_depth) return nullptr;
      return skip_object(
          p, [=](std::string_view, const char* value) { return skip_value(value, depth + 1); });
    case '[':
      if (depth == max_depth) return nullptr;
      return skip_list(p, ']', [=](const char* element) { return skip_value(element, depth + 1); });
    case 't':
      return skip_literal(p, "true");
    case 'f':
      return skip_literal(p, "false");
    case 'n':
      return skip_literal(p, "null");
    default:
      return skip_number(p);
  }
}

/// Each member may occur once, with its usual type; everything else is left to decode().
class HeaderScan {
 public:
  explicit HeaderScan(const std::string& text) : begin_{text.c_str()}, end_{begin_ + text.size()} {}

  std::optional<HealthyHeader> scan() {
    const char* p = skip_object(
        skip_space(begin_),
        [this](std::string_view name, const char* value) { return skip_member(name, value); });
    if (p == nullptr || skip_space(p) != end_ || !is_healthy_) return std::nullopt;
    const auto summary = reason_.value_or("");
    // Without a reason, summarize() counts the checks.
    if (summary.empty() && has_checks_) return std::nullopt;
    return HealthyHeader{.summary = summary,
                         .service = service_,
                         .instance = name_.value_or(""),
                         .interval = interval_,
                         .ttl = ttl_};
  }

 private:
  const char* skip_member(std::string_view name, const char* value) {
    if (name == "status"sv) return skip_healthy(value);
    if (name == "instance"sv) return skip_instance(value);
    if (name == "interval_ms"sv) return skip_duration(value, interval_);
    if (name == "reason"sv) return skip_text(value, reason_);
    if (name == "service"sv) return skip_text(value, service_);
    if (name == "ttl_ms"sv) return skip_duration(value, ttl_);
    if (name == "reported"sv) return nullptr;  // its reason may replace the document's
    if (name == "checks"sv) has_checks_ = true;
    return skip_value(value, 1);
  }

  const char* skip_healthy(const char* p) {
    return std::exchange(is_healthy_, true) ? nullptr : skip_literal(p, R"("healthy")");
  }

  const char* skip_instance(const char* p) {
    if (std::exchange(has_instance_, true)) return nullptr;
    return skip_object(p, [this](std::string_view name, const char* value) {
      if (name == "name"sv) return skip_text(value, name_);
      return skip_value(value, 2);
    });
  }

  static const char* skip_text(const char* p, std::optional<std::string_view>& text) {
    const char* after = text ? nullptr : skip_string(p);
    if (after != nullptr) text.emplace(p + 1, after - 1);
    return after;
  }

  /// A whole number of milliseconds.
  static const char* skip_duration(const char* p, std::optional<milliseconds>& duration) {
    const char* after = duration ? nullptr : skip_number(p);
    if (after == nullptr) return nullptr;
    const auto count = parse_integer<std::int64_t>({p, after});
    if (!count || *p == '-') return nullptr;
    duration = milliseconds{*count};
    return after;
  }

  const char* begin_;
  const char* end_;
  bool is_healthy_ = false;
  bool has_instance_ = false;
  bool has_checks_ = false;
  std::optional<std::string_view> reason_, service_, name_;
  std::optional<milliseconds> interval_, ttl_;
};

}  // namespace

std::optional<HealthyHeader> scan_healthy(const std::string& text) {
  if (text.size() > max_document_bytes || may_have_too_many_values(text)) return std::nullopt;
  const auto bytes = bytes_of(text);
  if (bytes == Bytes::not_plain) return std::nullopt;
  const auto header = HeaderScan{text}.scan();
  return bytes == Bytes::ascii || is_utf8(text) ? header : std::nullopt;
}

}  // namespace heartbeat
