#include <cstddef>
#include <cstdint>
#include <string_view>

#include "../heartbeat/document/encode_long_way.hpp"
#include "../heartbeat/document/header_agrees.hpp"
#include "../heartbeat/document/json_agrees.hpp"
#include "demand.hpp"
#include "document/document.hpp"
#include "document/text.hpp"

using namespace heartbeat;

/// A document that was understood is understood the same way when it is written
/// again, the short way or the long; its header says the same, where it can be scanned; its summary
/// can be printed.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  read_writer_identity(text.substr(0, size / 2));
  const auto document = decode(text);
  const std::string owned{text};
  if (const auto header = scan_healthy(owned))
    demand(document && header_agrees(*header, *document));
  demand(plain_agrees(owned));
  demand(plain_agrees(owned, document_members));
  if (!document) {
    demand(!document.error().empty());
    return 0;
  }
  const auto summary = printable(summarize(*document));
  demand(printable(summary) == summary);
  const auto text_again = encode(*document);
  demand(text_again == long_way::encode(*document));
  demand(read_writer_identity(text_again).instance == document->instance);
  const auto again = decode(text_again);
  demand(again.has_value());
  demand(again->status == document->status);
  demand(again->checks.size() == document->checks.size());
  return 0;
}
