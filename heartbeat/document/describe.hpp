#pragma once

#include <chrono>
#include <string>

#include "document/document.hpp"

/// Words for people, the same in the document's own reason and in the probe's line.
namespace heartbeat {

/// One check in a phrase that names its value, its limit and its severity:
/// `ticks_received 75s ago, limit 60s (critical)`,
/// `websocket_connected is false (critical, 42s)`.
/// `written_at` tells how long it has been so; `later` is how old the document is
/// by now, and is added to what grows by itself.
std::string describe(const CheckReport& check, std::optional<WallTime> written_at,
                     std::chrono::milliseconds later = {});

/// The checks that make the document's status what it is, worst first, joined
/// by "; "; behind them a lapse of the writer and who else writes the key. Where
/// there is nothing to blame, the document's own reason; for a healthy document
/// without a reason, how many checks pass.
std::string summarize(const Document& document, std::chrono::milliseconds later = {});

}  // namespace heartbeat
