#include "http/ping.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "redis/transport.hpp"

namespace probe::http {
namespace {

namespace redis = heartbeat::redis;

constexpr std::string_view question = "GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n";
constexpr std::string_view answer = "HTTP/1.0 200";
constexpr auto minor_version = answer.find('0');

redis::Result<std::string> ask(redis::ByteStream& stream, const redis::Deadline& deadline) {
  if (auto sent = stream.write(question, deadline); !sent)
    return tl::unexpected{std::move(sent.error())};
  std::string got;
  std::array<char, 256> buffer{};
  while (got.size() < answer.size()) {
    auto count = stream.read(buffer, deadline);
    if (!count) return tl::unexpected{std::move(count.error())};
    if (*count == 0) break;
    got.append(buffer.data(), *count);
  }
  got.resize(std::min(got.size(), answer.size()));
  return got;
}

}  // namespace

tl::expected<void, std::string> ping(const BoardOptions& options) {
  const auto fail = [&options](std::string_view why) {
    return tl::unexpected{fmt::format("{}:{}: {}", options.address, options.port, why)};
  };
  const auto deadline = redis::Deadline::after(options.timeout);
  // To connect to "any address" is to connect to this host.
  const auto addresses = redis::resolve({.name = options.address, .port = options.port});
  if (!addresses) return fail(addresses.error().what);
  auto socket = redis::connect(addresses->front(), deadline);
  if (!socket) return fail(socket.error().what);
  auto got = ask(*redis::plain_stream(std::move(*socket)), deadline);
  if (!got) return fail(got.error().what);
  if (got->size() > minor_version) (*got)[minor_version] = answer[minor_version];
  if (*got != answer) return fail("it is no healthboard");
  return {};
}

}  // namespace probe::http
