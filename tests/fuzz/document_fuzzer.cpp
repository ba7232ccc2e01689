#include <cstddef>
#include <cstdint>
#include <string_view>

#include "demand.hpp"
#include "document/describe.hpp"
#include "document/document.hpp"
#include "document/text.hpp"

using namespace heartbeat;

/// A document that was understood is understood the same way when it is written
/// again, and all that is said of it can be printed.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto document = decode(text);
  if (!document) {
    demand(!document.error().empty());
    return 0;
  }
  const auto summary = printable(summarize(*document));
  demand(printable(summary) == summary);
  const auto again = decode(encode(*document));
  demand(again.has_value());
  demand(again->status == document->status);
  demand(again->checks.size() == document->checks.size());
  return 0;
}
