#include <cstddef>
#include <cstdint>
#include <string_view>

#include "demand.hpp"
#include "document/describe.hpp"
#include "document/document.hpp"
#include "document/signature.hpp"
#include "document/skim.hpp"
#include "document/text.hpp"

using namespace heartbeat;

/// A document that was understood is understood the same way when it is written
/// again, and skimmed to the same vitals, if at all; all that is said of it can be printed.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  read_signature(text.substr(0, size / 2));
  const auto document = decode(text);
  if (const auto vitals = skim(std::string{text}))
    demand(document && *vitals == Vitals{document->status, document->interval, document->ttl});
  if (!document) {
    demand(!document.error().empty());
    return 0;
  }
  const auto summary = printable(summarize(*document));
  demand(printable(summary) == summary);
  const auto text_again = encode(*document);
  demand(read_signature(text_again).instance == document->instance);
  const auto again = decode(text_again);
  demand(again.has_value());
  demand(again->status == document->status);
  demand(again->checks.size() == document->checks.size());
  return 0;
}
