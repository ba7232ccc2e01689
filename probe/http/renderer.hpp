#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "http/respond.hpp"

namespace probe::http {

/// Renders responses in a thread of its own, in the order of the requests: a large fleet takes
/// long.
class Renderer {
 public:
  using OnResponse = std::function<void(Response)>;  ///< called in the renderer's thread

  Renderer();
  /// Ends after the response that is being rendered.
  ~Renderer();
  Renderer(const Renderer&) = delete;
  Renderer& operator=(const Renderer&) = delete;

  /// `history` for the routes that show one.
  void start(Route route, std::shared_ptr<const FleetSnapshot> snapshot,
             std::optional<History> history, OnResponse deliver);

 private:
  struct RenderJob {
    Route route{};
    std::shared_ptr<const FleetSnapshot> snapshot{};
    std::optional<History> history{};
    OnResponse deliver{};
  };

  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<RenderJob> jobs_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace probe::http
