#include "http/answer_cache.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace {

using namespace probe::http;

/// A cache, what it has rendered elsewhere, and the bodies that were delivered.
struct Cache {
  AnswerCache cache{
      [this](const Route&, const AnswerCache::Snapshot&, AnswerCache::DeliverResponse deliver) {
        rendering.push_back(std::move(deliver));
      }};
  std::vector<AnswerCache::DeliverResponse> rendering;
  std::vector<std::shared_ptr<const std::string>> delivered;

  void request(const Route& route, const AnswerCache::Snapshot& snapshot) {
    cache.request(route, snapshot,
                  [this](const Response& response) { delivered.push_back(response.body); });
  }
  void render(std::size_t number, std::string text) const {
    rendering.at(number)({.body = std::make_shared<const std::string>(std::move(text))});
  }
};

const auto first = std::make_shared<const FleetSnapshot>();
const auto second = std::make_shared<const FleetSnapshot>();
const Route metrics{Route::Resource::metrics};
const Route fleet{Route::Resource::fleet};

struct Receiver {};

auto body_of(std::size_t bytes) { return std::make_shared<const std::string>(bytes, 'x'); }

}  // namespace

TEST_CASE("an answer is rendered once for a snapshot, and all get the same bytes") {
  Cache c;
  c.request(metrics, first);
  c.request(metrics, first);
  REQUIRE(c.rendering.size() == 1);
  CHECK(c.delivered.empty());
  c.render(0, "text");
  c.request(metrics, first);
  CHECK(c.rendering.size() == 1);
  REQUIRE(c.delivered.size() == 3);
  CHECK(*c.delivered[0] == "text");
  CHECK(c.delivered[0] == c.delivered[1]);
  CHECK(c.delivered[0] == c.delivered[2]);
}

TEST_CASE("each route and each snapshot has its own answer") {
  Cache c;
  c.request(metrics, first);
  c.request(fleet, first);
  c.request(metrics, second);
  REQUIRE(c.rendering.size() == 3);
  c.request(metrics, second);
  c.render(2, "new");
  c.render(0, "old");  // its snapshot was replaced in the meantime
  REQUIRE(c.delivered.size() == 3);
  CHECK(*c.delivered[0] == "new");
  CHECK(*c.delivered[1] == "new");
  CHECK(*c.delivered[2] == "old");
}

TEST_CASE("a storm of names does not fill the memory: further answers are not kept") {
  Cache c;
  for (std::size_t i = 0; i <= AnswerCache::max_answers; ++i)
    c.request({Route::Resource::service, "s" + std::to_string(i)}, first);
  for (std::size_t i = 0; i <= AnswerCache::max_answers; ++i) c.render(i, "text");
  CHECK(c.delivered.size() == AnswerCache::max_answers + 1);
  const auto rendered = c.rendering.size();
  c.request({Route::Resource::service, "s0"}, first);
  CHECK(c.rendering.size() == rendered);
  c.request({Route::Resource::service, "s" + std::to_string(AnswerCache::max_answers)}, first);
  CHECK(c.rendering.size() == rendered + 1);
}

TEST_CASE("beyond the limit of bytes, the client that has been receiving for longest is dropped") {
  Transfers<Receiver> transfers{100};
  Receiver slow;
  Receiver middle;
  Receiver late;
  const auto place = transfers.begin(slow, body_of(60));
  transfers.begin(middle, body_of(40));
  CHECK(transfers.slowest_beyond_limit() == nullptr);
  transfers.begin(late, body_of(1));
  CHECK(transfers.slowest_beyond_limit() == &slow);
  transfers.end(place);
  CHECK(transfers.slowest_beyond_limit() == nullptr);
}

TEST_CASE("clients that share a body cost its bytes once, and the latest body is never too much") {
  Transfers<Receiver> transfers{100};
  std::vector<Receiver> clients(3);
  const auto shared = body_of(90);
  std::vector<Transfers<Receiver>::Place> places;
  for (auto& client : clients) places.push_back(transfers.begin(client, shared));
  CHECK(transfers.slowest_beyond_limit() == nullptr);
  Receiver latest;
  const auto place = transfers.begin(latest, body_of(200));
  for (std::size_t i = 0; i < clients.size(); ++i) {
    CHECK(transfers.slowest_beyond_limit() == &clients[i]);
    transfers.end(places[i]);
  }
  CHECK(transfers.slowest_beyond_limit() == nullptr);
  transfers.end(place);
}
