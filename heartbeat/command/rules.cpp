#include "command/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "checks/schedule_grammar.hpp"
#include "document/document.hpp"
#include "document/json_value.hpp"
#include "document/names.hpp"
#include "document/text.hpp"
#include "document/time.hpp"
#include "heartbeat/error.hpp"

namespace heartbeat::command {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view blanks = " \t";
constexpr std::string_view operator_signs = "<>=!";
constexpr std::string_view quotes = "\"'";
constexpr const char* conditions = "is_set, within, count, rate, <, <=, >, >=, ==, !=";

/// Thrown within this file only.
struct RuleError {
  std::size_t byte;
  std::string complaint;
};

/// A part of the text: a word, a comparison, a colon, or a text in quotes.
struct Token {
  std::string_view text{};  ///< without the quotes; empty at the end of the rule
  std::size_t byte = 0;     ///< where it begins
  bool is_quoted = false;

  bool is_end() const { return text.empty() && !is_quoted; }
  bool is(std::string_view word) const { return !is_quoted && text == word; }
};

[[noreturn]] void reject(const Token& token, std::string_view what, std::string_view accepted) {
  const auto shown =
      token.is_end() ? std::string{"nothing"} : "'" + printable(token.text, max_shown_bytes) + "'";
  throw RuleError{token.byte, fmt::format("{} is {} (accepted: {})", shown, what, accepted)};
}

class RuleReader {
 public:
  explicit RuleReader(std::string_view text) : text_{text}, next_{read()} {}

  const Token& next() const { return next_; }
  Token take() { return std::exchange(next_, read()); }
  bool take_if(std::string_view word) {
    if (!next_.is(word)) return false;
    take();
    return true;
  }

 private:
  Token read() {
    at_ = std::min(text_.find_first_not_of(blanks, at_), text_.size());
    if (at_ == text_.size()) return {.byte = at_};
    const char first = text_[at_];
    if (quotes.find(first) != quotes.npos) return read_quoted(first);
    auto end = at_ + 1;
    if (operator_signs.find(first) != operator_signs.npos)
      end = text_.find_first_not_of(operator_signs, at_);
    else if (first != ':')
      end = text_.find_first_of(" \t<>=!:\"'", at_);
    return take_until(std::min(end, text_.size()));
  }

  Token read_quoted(char quote) {
    const auto end = text_.find(quote, at_ + 1);
    if (end == text_.npos) throw RuleError{at_, fmt::format("no {} ends the text", quote)};
    const Token token{text_.substr(at_ + 1, end - at_ - 1), at_, true};
    at_ = end + 1;
    return token;
  }

  Token take_until(std::size_t end) {
    const Token token{text_.substr(at_, end - at_), at_};
    at_ = end;
    return token;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Token next_;
};

std::string read_name(RuleReader& in) {
  const auto token = in.take();
  if (token.is_quoted || !is_check_name(token.text))
    reject(token, "not a name", accepted_check_names);
  return std::string{token.text};
}

milliseconds read_length(RuleReader& in) {
  const auto token = in.take();
  const auto length = token.is_quoted ? std::nullopt : parse_duration(token.text);
  if (!length || *length <= milliseconds{0})
    reject(token, "not a duration of more than 0", accepted_durations);
  return *length;
}

Comparison read_comparison(RuleReader& in, std::string_view what, std::string_view accepted) {
  const auto token = in.take();
  const auto comparison = token.is_quoted ? std::nullopt : enum_from<Comparison>(token.text);
  if (!comparison) reject(token, what, accepted);
  return *comparison;
}

double read_number(RuleReader& in) {
  const auto token = in.take();
  const auto number = token.is_quoted ? std::nullopt : parse_number(token.text);
  if (!number) reject(token, "not a number", accepted_numbers);
  return *number;
}

double read_count(RuleReader& in) {
  const auto token = in.take();
  const auto count = token.is_quoted ? std::nullopt : parse_integer<std::uint32_t>(token.text);
  if (!count) reject(token, "not a number of events", "a whole number");
  return *count;
}

void read_condition(RuleReader& in, Rule& rule) {
  constexpr const char* comparisons = "<, <=, >, >=, ==, !=";
  if (in.take_if("is_set")) return;
  if (in.take_if("within")) {
    rule.kind = Kind::age;
    rule.window = read_length(in);
    return;
  }
  if (in.take_if("count")) {
    rule.kind = Kind::count;
    rule.window = read_length(in);
    rule.comparison = read_comparison(in, "no comparison", comparisons);
    rule.limit = read_count(in);
    return;
  }
  if (in.take_if("rate")) {
    rule.kind = Kind::rate;
    rule.window = read_length(in);
    const auto token = in.next();
    rule.comparison = read_comparison(in, "no comparison of a rate", "<, <=, >, >=");
    if (rule.comparison > Comparison::greater_equal)
      reject(token, "no comparison of a rate", "<, <=, >, >=");
    rule.limit = read_number(in);
    return;
  }
  rule.kind = Kind::gauge;
  rule.comparison = read_comparison(in, "no condition", conditions);
  rule.limit = read_number(in);
}

std::string read_quoted(RuleReader& in, const char* what) {
  const auto token = in.take();
  if (!token.is_quoted) reject(token, fmt::format("not {} in quotes", what), "\"...\" or '...'");
  return std::string{token.text};
}

/// The words of a schedule. Its time zone and its files are looked up by Schedule.
template <typename Parse>
std::string read_schedule_text(RuleReader& in, const char* what, Parse parse) {
  const auto byte = in.next().byte;
  auto text = read_quoted(in, what);
  try {
    parse(text);
  } catch (const ConfigError& error) {
    throw RuleError{byte, error.what()};
  }
  return text;
}

void read_schedule(RuleReader& in, Rule& rule) {
  rule.sessions = read_schedule_text(in, "the sessions", parse_schedule);
  if (!in.take_if("dates")) return;
  do {
    rule.dates.push_back(read_schedule_text(in, "a date", [](std::string_view date) {
      if (!date.starts_with('@')) parse_special_date(date);
    }));
  } while (in.next().is_quoted);
}

Rule read_rule(std::string_view text) {
  RuleReader in{text};
  Rule rule{.text = std::string{text}, .name = read_name(in)};
  rule.source = in.take_if(":") ? read_name(in) : rule.name;
  read_condition(in, rule);
  const auto severity = in.take();
  const auto read = severity.is_quoted ? std::nullopt : enum_from<Severity>(severity.text);
  if (!read) reject(severity, "no severity", "critical, warning");
  rule.severity = *read;
  if (in.take_if("during")) read_schedule(in, rule);
  if (!in.next().is_end())
    reject(in.next(), "too much",
           rule.sessions.empty() ? "during"
           : rule.dates.empty()  ? "dates"
                                 : "the end");
  return rule;
}

}  // namespace

std::size_t character_at(std::string_view text, std::size_t byte) {
  std::size_t characters = 1;
  for (std::size_t at = 0; at < std::min(byte, text.size()); ++characters)
    at += first_character(text.substr(at)).bytes;
  return characters;
}

tl::expected<Rule, std::string> parse_rule(std::string_view text) try {
  return read_rule(text);
} catch (const RuleError& error) {
  return tl::unexpected{
      fmt::format("is wrong at character {}: {}", character_at(text, error.byte), error.complaint)};
}

bool passes_without_events(const Rule& rule) {
  return (rule.kind == Kind::count || rule.kind == Kind::rate) &&
         compare(0.0, rule.comparison, rule.limit);
}

tl::expected<RulesFile, std::string> parse_rules_file(std::string_view json) {
  const auto value = parse_json(json);
  if (!value) return tl::unexpected{value.error()};
  const auto* members = value->get_if<JsonValue::Members>();
  if (members == nullptr) return tl::unexpected{std::string{"not a JSON object"}};
  RulesFile file;
  for (const auto& [name, list] : *members) {
    if (name != "rules" && name != "lines")
      return tl::unexpected{fmt::format("'{}' is unknown (accepted: rules, lines)",
                                        printable(name, max_shown_bytes))};
    const auto* elements = list.get_if<JsonValue::Elements>();
    if (elements == nullptr) return tl::unexpected{fmt::format("'{}' is not a list", name)};
    for (const auto& element : *elements) {
      const auto* text = element.get_if<std::string>();
      if (text == nullptr) return tl::unexpected{fmt::format("'{}' is not a list of texts", name)};
      (name == "rules" ? file.rules : file.lines).push_back(*text);
    }
  }
  return file;
}

}  // namespace heartbeat::command
