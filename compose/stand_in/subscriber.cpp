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

/// How soon the thread sees that it is not wanted, or at its end.
constexpr std::chrono::milliseconds patience{50};

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
  bool complained = false;

  void run() {
    while (!ended) {
      if (wanted) {
        listen();
        pause();
      } else {
        std::this_thread::sleep_for(patience);
      }
    }
  }

  /// Subscribes and receives for as long as it may.
  void listen() {
    auto subscription = Subscription::open(endpoint, channel);
    if (!subscription) return complain("no market bus: " + subscription.error());
    log("subscribed to the market bus");
    complained = false;
    active = true;
    while (wanted && !ended) {
      const auto got = subscription->receive(patience);
      if (!got) {
        complain("lost the market bus: " + got.error());
        break;
      }
      messages += got->size();
    }
    active = false;
  }

  void complain(const std::string& trouble) {
    if (!std::exchange(complained, true)) log(trouble);
  }

  void pause() const {
    const auto until = std::chrono::steady_clock::now() + bus_pause;
    while (!ended && std::chrono::steady_clock::now() < until)
      std::this_thread::sleep_for(patience);
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
