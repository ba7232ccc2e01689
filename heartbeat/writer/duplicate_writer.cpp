#include "writer/duplicate_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "document/text.hpp"

namespace heartbeat {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

namespace {

constexpr int intervals_of_silence = 3;
constexpr std::size_t most_others = 8;
constexpr std::size_t longest_host = 100;
// What a Config may ask for.
constexpr nanoseconds shortest_interval = 100ms;
constexpr nanoseconds longest_interval = 1h;

std::string name_of(const std::optional<Instance>& instance) {
  if (!instance || instance->host.empty()) return "an unknown writer";
  auto name = "host " + truncate(printable(instance->host), longest_host);
  if (instance->pid > 0) name += fmt::format(", pid {}", instance->pid);
  return name;
}

}  // namespace

DuplicateWriter::DuplicateWriter(std::string own_id, std::chrono::milliseconds interval,
                                 std::chrono::seconds ttl)
    : own_id_{std::move(own_id)}, interval_{interval}, ttl_{ttl} {}

void DuplicateWriter::looked(const Look& look) {
  const auto before = std::exchange(before_, look.began);
  const auto signature = read_signature(look.found);
  if (before && look.began > *before)
    // Time in which we did not look is not time in which the others were silent.
    miss(std::min<nanoseconds>(look.began - *before, interval_));
  if (look.found.empty()) {
    // With a tenth to spare: Redis measures the TTL by a clock of its own.
    if (before && look.unbroken && look.ended < *before + ttl_ - ttl_ / 10) ++vanished_;
    return;
  }
  if (!signature.instance || signature.instance->id != own_id_) meet(signature, look);
}

DuplicateWriter::Other* DuplicateWriter::find(const Signature& signature) {
  const auto found = std::ranges::find_if(
      others_, [&](const Other& other) { return other.signature.instance == signature.instance; });
  return found == others_.end() ? nullptr : &*found;
}

void DuplicateWriter::meet(const Signature& signature, const Look& look) {
  if (Other* known = find(signature)) {
    const bool numbered = known->signature.sequence && signature.sequence;
    if (numbered ? *signature.sequence > *known->signature.sequence : look.unbroken)
      see(*known, signature, look);
    return;
  }
  if (others_.size() == most_others)
    others_.erase(std::ranges::max_element(others_, {}, &Other::unseen));
  others_.push_back({signature, false, interval_, 0s, look.began});
  if (look.unbroken) see(others_.back(), signature, look);
}

void DuplicateWriter::see(Other& other, const Signature& signature, const Look& look) const {
  // One that does not say how often it writes shows it.
  const auto gap = look.began - other.seen;
  if (signature.interval)
    other.interval =
        std::clamp<nanoseconds>(*signature.interval, shortest_interval, longest_interval);
  else if (gap <= longest_interval)
    other.interval = std::max(other.interval, gap);
  other.signature = signature;
  other.rival = !signature.farewell;
  other.unseen = 0s;
  other.seen = look.began;
}

void DuplicateWriter::miss(nanoseconds time) {
  for (auto& other : others_) {
    other.unseen += time;
    if (other.unseen >= intervals_of_silence * other.interval) other.rival = false;
  }
}

void DuplicateWriter::may_not_look() noexcept {
  others_.clear();
  before_.reset();
}

bool DuplicateWriter::any() const noexcept { return std::ranges::any_of(others_, &Other::rival); }

std::string DuplicateWriter::names() const {
  std::string text;
  std::size_t rivals = 0;
  for (const auto& other : others_)
    if (other.rival && ++rivals == 1) text = name_of(other.signature.instance);
  if (rivals > 1) text += fmt::format(" and {} more", rivals - 1);
  return text;
}

}  // namespace heartbeat
