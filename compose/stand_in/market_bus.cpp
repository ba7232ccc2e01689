#include "stand_in/market_bus.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <hiredis/hiredis.h>
#include <poll.h>
#include <sys/time.h>

#include <initializer_list>
#include <string_view>
#include <utility>

#include "heartbeat/error.hpp"
#include "redis/environment.hpp"
#include "redis/socket.hpp"

namespace stand_in {
namespace {

namespace redis = heartbeat::redis;
using std::chrono::steady_clock;

constexpr std::chrono::seconds silence_before_ping{1};
constexpr std::chrono::seconds silence_before_end{3};

struct Free {
  void operator()(redisContext* context) const { redisFree(context); }
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using Context = std::unique_ptr<redisContext, Free>;
using Reply = std::unique_ptr<redisReply, Free>;

void append(redisContext& context, std::initializer_list<std::string_view> words) {
  std::vector<const char*> starts;
  std::vector<std::size_t> sizes;
  for (const auto word : words) {
    starts.push_back(word.data());
    sizes.push_back(word.size());
  }
  redisAppendCommandArgv(&context, static_cast<int>(words.size()), starts.data(), sizes.data());
}

/// The next reply, which must not be an error.
tl::expected<Reply, std::string> next_reply(redisContext& context) {
  void* raw = nullptr;
  const int result = redisGetReply(&context, &raw);
  Reply reply{static_cast<redisReply*>(raw)};
  if (result != REDIS_OK) return tl::unexpected<std::string>(context.errstr);
  if (reply->type == REDIS_REPLY_ERROR) return tl::unexpected(std::string{reply->str, reply->len});
  return reply;
}

/// The text of a ["message", channel, text] reply; others, such as PONG, have none.
const redisReply* message_in(const redisReply& reply) {
  if (reply.type != REDIS_REPLY_ARRAY || reply.elements != 3) return nullptr;
  const redisReply& kind = *reply.element[0];
  const redisReply& text = *reply.element[2];
  const bool message = std::string_view{kind.str, kind.len} == "message";
  return message && text.type == REDIS_REPLY_STRING ? &text : nullptr;
}

}  // namespace

heartbeat::redis::Endpoint bus_endpoint() {
  auto endpoint = redis::endpoint_from(redis::process_environment(), {});
  if (!endpoint) throw heartbeat::ConfigError{endpoint.error()};
  return *endpoint;
}

class Subscription::Impl {
 public:
  explicit Impl(Context context) : context_{std::move(context)} {}

  tl::expected<std::vector<std::string>, std::string> receive(std::chrono::milliseconds wait) {
    pollfd waiting{.fd = context_->fd, .events = POLLIN, .revents = 0};
    if (poll(&waiting, 1, static_cast<int>(wait.count())) > 0) {
      if (redisBufferRead(context_.get()) != REDIS_OK)
        return tl::unexpected<std::string>(context_->errstr);
      heard_ = steady_clock::now();
      pinged_ = false;
    } else if (const auto silence = steady_clock::now() - heard_; silence > silence_before_end) {
      return tl::unexpected<std::string>("the server is silent");
    } else if (silence > silence_before_ping && !std::exchange(pinged_, true)) {
      append(*context_, {"PING"});
      int done = 0;
      redisBufferWrite(context_.get(), &done);  // if that fails the silence goes on
    }
    return take();
  }

 private:
  tl::expected<std::vector<std::string>, std::string> take() {
    std::vector<std::string> messages;
    for (;;) {
      void* raw = nullptr;
      const int result = redisGetReplyFromReader(context_.get(), &raw);
      const Reply reply{static_cast<redisReply*>(raw)};
      if (result != REDIS_OK) return tl::unexpected<std::string>(context_->errstr);
      if (!reply) return messages;
      if (const auto* text = message_in(*reply)) messages.emplace_back(text->str, text->len);
    }
  }

  Context context_;
  steady_clock::time_point heard_ = steady_clock::now();
  bool pinged_ = false;
};

tl::expected<Subscription, std::string> Subscription::open(const redis::Endpoint& endpoint,
                                                           const std::string& channel) {
  const auto addresses = redis::resolve(endpoint);
  if (!addresses) return tl::unexpected(addresses.error().what);
  auto socket = redis::connect(*addresses, endpoint, redis::Deadline::after(bus_limit));
  if (!socket) return tl::unexpected(socket.error().what);

  fcntl(socket->fd(), F_SETFL, fcntl(socket->fd(), F_GETFL) & ~O_NONBLOCK);
  Context context{redisConnectFd(socket->fd())};
  if (!context) return tl::unexpected<std::string>("no memory");
  socket->release();
  redisSetTimeout(context.get(),
                  timeval{.tv_sec = 0, .tv_usec = std::chrono::microseconds{bus_limit}.count()});

  if (!endpoint.username.empty())
    append(*context, {"AUTH", endpoint.username, endpoint.password});
  else if (!endpoint.password.empty())
    append(*context, {"AUTH", endpoint.password});
  append(*context, {"SUBSCRIBE", channel});
  const bool authenticates = !endpoint.username.empty() || !endpoint.password.empty();
  for (int replies = authenticates ? 2 : 1; replies > 0; --replies)
    if (const auto reply = next_reply(*context); !reply) return tl::unexpected(reply.error());
  return Subscription{std::make_unique<Impl>(std::move(context))};
}

Subscription::Subscription(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
Subscription::~Subscription() = default;
Subscription::Subscription(Subscription&&) noexcept = default;
Subscription& Subscription::operator=(Subscription&&) noexcept = default;

tl::expected<std::vector<std::string>, std::string> Subscription::receive(
    std::chrono::milliseconds wait) {
  return impl_->receive(wait);
}

}  // namespace stand_in
