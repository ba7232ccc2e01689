#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <variant>
#include <vector>

namespace heartbeat {

/// A JSON value from an untrusted writer. The time of parsing is proportional to the length of the
/// text, for any text: nlohmann::ordered_json would search an object for every member that it adds.
struct JsonValue {
  using Elements = std::vector<JsonValue>;
  /// In the order of the text. Of members with the same name the last counts.
  using Members = std::vector<std::pair<std::string, JsonValue>>;

  /// A whole number that is not negative is a std::uint64_t.
  std::variant<std::nullptr_t, bool, std::int64_t, std::uint64_t, double, std::string, Elements,
               Members>
      value = nullptr;

  template <typename T>
  const T* get_if() const noexcept {
    return std::get_if<T>(&value);
  }

  std::optional<double> number() const noexcept;

  /// The member of that name; null when there is none, or when this is not an object.
  const JsonValue* find(std::string_view name) const noexcept;
};

/// Deepest nesting accepted. Python accepts a few levels more, so it never refuses what we accept.
inline constexpr std::size_t max_nesting = 900;

/// Of a text: the outermost and all in it. A document of ours has at most some 1,500.
inline constexpr std::size_t max_values = 4'096;

/// Makes standard JSON of what Python's json module writes: NaN, infinities and numbers beyond a
/// double become null, a lone surrogate escape U+FFFD. All other text comes back unchanged, and so
/// does what follows more than max_values commas: nobody reads it.
std::string strict_json(std::string_view text);

/// Reads JSON as Python writes it, of at most max_document_bytes; stops after max_values. The error
/// is a phrase for people. With names, only the members of the root that have one of them, and no
/// elements of arrays.
tl::expected<JsonValue, std::string> parse_json(std::string_view text,
                                                std::span<const std::string_view> names = {});

/// The number that the whole text spells as JSON does, whatever the locale. None is infinite.
std::optional<double> parse_number(std::string_view text);

/// What parse_number() accepts, for error messages.
inline constexpr std::string_view accepted_numbers = "such as 10, -1.5, 2e6";

/// Reads the beginning of a JSON object, cut anywhere, until it has members of all these names, and
/// only them. An incomplete member is left out or null. Null for other text.
JsonValue parse_beginning(std::string_view text, std::span<const std::string_view> names);

}  // namespace heartbeat
