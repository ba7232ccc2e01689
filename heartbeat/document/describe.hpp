#pragma once

#include <chrono>
#include <string>

#include "document/document.hpp"

/// Sentences for people, the same in the document's reason and in the probe's line.
namespace heartbeat {

/// One check with its value, its limit and its severity:
/// `ticks_received 75s ago, limit 60s (critical)`,
/// `websocket_connected is false (critical, 42s)`.
/// The time in its state is counted from `written_at`, the time of the document. `document_age` is
/// added to every duration that has grown since then.
std::string describe(const CheckReport& check, std::optional<WallTime> written_at,
                     std::chrono::milliseconds document_age = {});

/// The checks that cause the document's status, worst first, joined by "; ", then a lapse of the
/// writer and other writers of the key. Without a cause, the document's own reason; for a healthy
/// document without a reason, the number of checks that pass.
std::string summarize(const Document& document, std::chrono::milliseconds document_age = {});

}  // namespace heartbeat
