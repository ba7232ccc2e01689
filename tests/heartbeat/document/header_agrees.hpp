#pragma once

#include "document/document.hpp"

/// Whether a scanned header says what the decoded document says.
inline bool header_agrees(const heartbeat::HealthyHeader& header,
                          const heartbeat::Document& document) {
  const auto summary = summarize(document);
  const auto instance = document.instance.value_or(heartbeat::Instance{});
  return document.status == heartbeat::Status::healthy &&
         header == heartbeat::HealthyHeader{.summary = summary,
                                            .service = document.service,
                                            .instance = instance.name,
                                            .interval = document.interval,
                                            .ttl = document.ttl};
}
