#include "stand_in/subscriber.hpp"

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "stand_in/market_bus.hpp"

namespace stand_in {
namespace {

/// The thread notices within this time that it must pause or end.
constexpr std::chrono::milliseconds poll_interval{50};

}  // namespace

struct Subscriber::State {
  State(std::string from, BusLog tell) : channel{std::move(from)}, log{std::move(tell)} {}

  const heartbeat::redis::Endpoint endpoint = bus_endpoint();
  const std::string channel;
  const BusLog log;
  std::atomic<bool> ended{false};
  std::atomic<bool> wanted{true};
  std::atomic<bool> active{false};
  std::atomic<std::size_t> messages{0};
  bool trouble_logged = false;

  void run() {
    while (!ended) {
      if (wanted) {
        listen();
        pause();
      } else {
        std::this_thread::sleep_for(poll_interval);
      }
    }
  }

  /// Subscribes, and receives until want(false), the end or an error.
  void listen() {
    auto subscription = Subscription::open(endpoint, channel);
    if (!subscription) return log_once("no market bus: " + subscription.error());
    log("subscribed to the market bus");
    trouble_logged = false;
    active = true;
    while (wanted && !ended) {
      const auto got = subscription->receive(poll_interval);
      if (!got) {
        log_once("lost the market bus: " + got.error());
        break;
      }
      messages += got->size();
    }
    active = false;
  }

  void log_once(const std::string& trouble) {
    if (!std::exchange(trouble_logged, true)) log(trouble);
  }

  void pause() const {
    const auto until = std::chrono::steady_clock::now() + bus_pause;
    while (!ended && std::chrono::steady_clock::now() < until)
      std::this_thread::sleep_for(poll_interval);
  }
};

Subscriber::Subscriber(std::string channel, BusLog log)
    : state_{std::make_shared<State>(std::move(channel), std::move(log))} {
  std::thread{[state = state_] { state->run(); }}.detach();
}

Subscriber::~Subscriber() { state_->ended = true; }

void Subscriber::want(bool wanted) { state_->wanted = wanted; }

bool Subscriber::active() const { return state_->active; }

std::size_t Subscriber::take() { return state_->messages.exchange(0); }

}  // namespace stand_in
