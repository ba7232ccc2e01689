// Prints how documents are read, for documents_test.py. A document comes as a line with its length,
// and then its bytes. Three lines go out: what scan_healthy() found, written as a document (or
// nothing); what decode() found, written again (or nothing); and its summary, as a reason.
#include <iostream>
#include <string>

#include "document/document.hpp"

using heartbeat::Document;

namespace {

Document document_of(const heartbeat::HealthyHeader& header) {
  Document document{.status = heartbeat::Status::healthy,
                    .reason = std::string{header.summary},
                    .instance = heartbeat::Instance{.name = std::string{header.instance}},
                    .interval = header.interval,
                    .ttl = header.ttl};
  if (header.service) document.service = *header.service;
  return document;
}

void print(const Document* document) {
  if (document != nullptr) std::cout << encode(*document);
  std::cout << '\n';
}

}  // namespace

int main() {
  std::ios::sync_with_stdio(false);
  for (std::string length; std::getline(std::cin, length);) {
    std::string text(std::stoul(length), '\0');
    std::cin.read(text.data(), static_cast<std::streamsize>(text.size()));
    const auto header = heartbeat::scan_healthy(text);
    const auto scanned = header ? document_of(*header) : Document{};
    print(header ? &scanned : nullptr);
    const auto document = heartbeat::decode(text);
    print(document ? &*document : nullptr);
    const Document summary{.reason = document ? summarize(*document) : ""};
    print(&summary);
  }
}
