#include "redis/request.hpp"

#include <fmt/format.h>

namespace heartbeat::redis {
namespace {

void append_line(char type, std::size_t number, std::string& bytes) {
  const fmt::format_int digits{number};
  bytes += type;
  bytes.append(digits.data(), digits.size()).append("\r\n");
}

}  // namespace

void append_request(std::span<const std::string_view> words, std::string& bytes) {
  append_line('*', words.size(), bytes);
  for (const auto word : words) {
    append_line('$', word.size(), bytes);
    bytes.append(word).append("\r\n");
  }
}

}  // namespace heartbeat::redis
