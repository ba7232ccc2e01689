#include "checks/time_zone.hpp"

#include <fcntl.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <utility>
#include <vector>

#include "checks/time_zone_rule.hpp"
#include "document/text.hpp"
#include "heartbeat/schedule.hpp"
#include "host/descriptor.hpp"

namespace heartbeat {

using namespace std::chrono;

// Before the first change `first_offset` holds; after the last one, the rule, if there is one.
struct TimeZone::Changes {
  using Change = TimeZoneRule::Change;

  seconds first_offset{0};
  std::vector<Change> changes;
  std::optional<TimeZoneRule> rule;

  seconds offset_at(sys_seconds moment) const {
    const auto next = std::ranges::upper_bound(changes, moment, {}, &Change::at);
    if (next == changes.end() && rule) return rule->change_before(moment).offset;
    return next == changes.begin() ? first_offset : std::prev(next)->offset;
  }

  sys_seconds change_after(sys_seconds moment) const {
    const auto next = std::ranges::upper_bound(changes, moment, {}, &Change::at);
    if (next != changes.end()) return next->at;
    return rule ? rule->change_after(moment).value_or(sys_seconds::max()) : sys_seconds::max();
  }
};

namespace {

// RFC 9636: a header and 32-bit times, which nobody reads any more, then the same with 64 bits.
constexpr std::string_view magic = "TZif";
constexpr std::size_t header_bytes = 44;
constexpr std::size_t type_bytes = 6;
constexpr std::size_t max_entries = 10'000;
constexpr std::size_t max_file_bytes = std::size_t{64} * 1024;

std::int64_t number(std::string_view bytes) {
  // A plain char has no sign on ARM.
  std::uint64_t value = static_cast<signed char>(bytes.front()) < 0 ? ~std::uint64_t{0} : 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return static_cast<std::int64_t>(value);
}

struct TableSizes {
  std::size_t standard, universal, leaps, changes, types, name_bytes;

  std::size_t bytes_after_types(std::size_t time_bytes) const {
    return name_bytes + leaps * (time_bytes + 4) + standard + universal;
  }
  std::size_t bytes(std::size_t time_bytes) const {
    return changes * (time_bytes + 1) + types * type_bytes + bytes_after_types(time_bytes);
  }
};

std::optional<TableSizes> table_sizes(std::string_view file) {
  if (file.size() < header_bytes || !file.starts_with(magic) || file[magic.size()] < '2')
    return std::nullopt;
  std::size_t all[6];
  for (std::size_t i = 0; i < 6; ++i) {
    const auto count = number(file.substr(20 + 4 * i, 4));
    if (count < 0 || count > static_cast<std::int64_t>(max_entries)) return std::nullopt;
    all[i] = static_cast<std::size_t>(count);
  }
  return TableSizes{all[1], all[0], all[2], all[3], all[4], all[5]};
}

// Never deleted: another thread may be reading it.
std::atomic<const std::string*> last_folder{nullptr};

std::vector<std::string> folders() {
  // The folders of a system, as Python knows them.
  std::vector<std::string> all{"/usr/share/zoneinfo", "/usr/lib/zoneinfo",
                               "/usr/share/lib/zoneinfo", "/etc/zoneinfo"};
  if (const char* first = std::getenv("TZDIR"); first != nullptr && *first != '\0')
    all.insert(all.begin(), first);
  if (const auto* last = last_folder.load()) all.push_back(*last);
  return all;
}

/// The bytes of the file; of another file than a zone's, maybe only the first ones.
std::string content_of(const std::string& path) {
  const Descriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  return file ? read_at_most(file, max_file_bytes).value_or("") : "";
}

bool is_name(std::string_view name) {
  const auto is_part_of_name = [](char c) {
    return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') ||
           std::string_view{"+-_/"}.find(c) != std::string_view::npos;
  };
  return !name.empty() && name.front() != '/' && std::ranges::all_of(name, is_part_of_name);
}

}  // namespace

std::optional<TimeZone> TimeZone::decode(std::string_view file) {
  const auto old = table_sizes(file);
  if (!old || file.size() < header_bytes + old->bytes(4)) return std::nullopt;
  file.remove_prefix(header_bytes + old->bytes(4));
  const auto count = table_sizes(file);
  if (!count || count->types == 0 || file.size() < header_bytes + count->bytes(8))
    return std::nullopt;

  const auto times = file.substr(header_bytes);
  const auto indices = times.substr(count->changes * 8);
  const auto types = indices.substr(count->changes);
  const auto offset = [&](std::size_t type) {
    return seconds{number(types.substr(type * type_bytes, 4))};
  };
  auto data = std::make_shared<Changes>();
  data->first_offset = offset(0);
  for (std::size_t i = 0; i < count->changes; ++i) {
    const auto type = static_cast<std::size_t>(static_cast<unsigned char>(indices[i]));
    if (type >= count->types) return std::nullopt;
    data->changes.push_back({sys_seconds{seconds{number(times.substr(i * 8, 8))}}, offset(type)});
  }
  if (!std::ranges::is_sorted(data->changes, {}, &Changes::Change::at)) return std::nullopt;

  auto rule = types.substr(count->types * type_bytes + count->bytes_after_types(8));
  if (rule.size() < 2 || rule.front() != '\n' || rule.back() != '\n') return std::nullopt;
  rule = rule.substr(1, rule.size() - 2);
  if (!rule.empty()) data->rule = parse_time_zone_rule(rule);
  if (!rule.empty() && !data->rule) return std::nullopt;
  return TimeZone{std::move(data)};
}

tl::expected<TimeZone, std::string> TimeZone::find(const std::string& name) {
  if (is_name(name))
    for (const auto& folder : folders())
      if (const auto zone = decode(content_of(std::string{folder}.append("/").append(name))))
        return *zone;
  return tl::unexpected{"unknown time zone '" + name +
                        "' (accepted: names of the IANA database, such as Asia/Kolkata; is " +
                        "Debian's tzdata installed?)"};
}

sys_seconds TimeZone::to_utc(local_seconds local) const {
  constexpr hours farthest_east{26};
  const sys_seconds on_clock{local.time_since_epoch()};
  // The first moment at which the clocks show this time or a later one.
  for (auto from = on_clock - farthest_east;; from = data_->change_after(from)) {
    const auto moment = std::max(from, on_clock - data_->offset_at(from));
    if (moment < data_->change_after(from)) return moment;
  }
}

local_days TimeZone::date_at(sys_seconds moment) const {
  return floor<days>(local_seconds{moment.time_since_epoch() + data_->offset_at(moment)});
}

void set_last_time_zone_folder(std::string folder) {
  last_folder = new std::string{std::move(folder)};
}

}  // namespace heartbeat
