#include "host/text_file.hpp"

#include <fcntl.h>

#include <cerrno>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "host/descriptor.hpp"

namespace heartbeat {
namespace {

constexpr std::size_t max_file_bytes = std::size_t{64} * 1024;
// Editors on Windows begin a UTF-8 file with it.
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

}  // namespace

tl::expected<std::string, std::string> read_text_file(const std::string& path) {
  const auto failure = [&](const std::string& why) {
    return tl::unexpected{"cannot read " + path + ": " + why};
  };
  const Descriptor source{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  auto text = source ? read_at_most(source, max_file_bytes + 1) : std::nullopt;
  if (!text) return failure(std::generic_category().message(errno));
  if (text->size() > max_file_bytes) return failure("larger than 64 KiB");
  if (text->starts_with(byte_order_mark)) text->erase(0, byte_order_mark.size());
  return *std::move(text);
}

}  // namespace heartbeat
