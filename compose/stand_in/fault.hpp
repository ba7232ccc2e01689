#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stand_in {

/// Whether a row was broken from outside. Copies share one switch and keep it alive. Thread-safe.
class Fault {
 public:
  explicit operator bool() const noexcept { return broken_->load(); }

 private:
  friend class Faults;
  std::shared_ptr<std::atomic<bool>> broken_ = std::make_shared<std::atomic<bool>>(false);
};

/// The rows of one service that can be broken. All rows must be added before another thread reads
/// them.
class Faults {
 public:
  Fault add(std::string row) { return rows_.emplace_back(std::move(row), Fault{}).second; }

  /// Returns false if there is no such row.
  bool set(std::string_view row, bool broken) const noexcept {
    for (const auto& [name, fault] : rows_) {
      if (name != row) continue;
      fault.broken_->store(broken);
      return true;
    }
    return false;
  }

  /// The names in the order of the service's table, separated by spaces.
  std::string rows() const {
    std::string all;
    for (const auto& [name, fault] : rows_) all += (all.empty() ? "" : " ") + name;
    return all;
  }

 private:
  std::vector<std::pair<std::string, Fault>> rows_;
};

}  // namespace stand_in
