#pragma once

#include <algorithm>
#include <bit>
#include <span>
#include <string>

#include "document/document.hpp"
#include "document/json_value.hpp"

/// Whether both are the same, to the last bit and in the same order.
inline bool same_json(const heartbeat::JsonValue& a, const heartbeat::JsonValue& b) {
  using heartbeat::JsonValue;
  if (a.value.index() != b.value.index()) return false;
  if (const auto* x = a.get_if<double>())
    return std::bit_cast<std::uint64_t>(*x) == std::bit_cast<std::uint64_t>(*b.get_if<double>());
  if (const auto* x = a.get_if<JsonValue::Elements>())
    return std::ranges::equal(*x, *b.get_if<JsonValue::Elements>(), same_json);
  if (const auto* x = a.get_if<JsonValue::Members>())
    return std::ranges::equal(*x, *b.get_if<JsonValue::Members>(), [](auto& one, auto& other) {
      return one.first == other.first && same_json(one.second, other.second);
    });
  if (const auto* x = a.get_if<std::string>()) return *x == *b.get_if<std::string>();
  if (const auto* x = a.get_if<bool>()) return *x == *b.get_if<bool>();
  return a.number() == b.number();
}

/// Whether parse_json() reads a text like the same text with a line break, which is no longer
/// plain.
inline bool plain_agrees(const std::string& text, std::span<const std::string_view> names = {}) {
  if (text.size() >= heartbeat::max_document_bytes) return true;
  const auto json = heartbeat::parse_json(text, names);
  const auto long_way = heartbeat::parse_json(text + "\n", names);
  if (!json || !long_way) return json.has_value() == long_way.has_value();
  return same_json(*json, *long_way);
}
