#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "demand.hpp"
#include "redis/connection.hpp"

using namespace heartbeat::redis;

namespace {

/// A peer that says what the fuzzer thought of, a few bytes at a time.
class Talker final : public ByteStream {
 public:
  explicit Talker(std::string_view says) : left_{says} {}

  tl::expected<std::size_t, Error> read(std::span<char> buffer, const Deadline&) override {
    const auto n = std::min({left_.size(), buffer.size(), std::size_t{7}});
    left_.copy(buffer.data(), n);
    left_.remove_prefix(n);
    return n;
  }
  tl::expected<void, Error> write(std::string_view, const Deadline&) override { return {}; }

 private:
  std::string_view left_;
};

}  // namespace

/// Whatever Redis says, there are as many answers as questions, or an error.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  Redactor redactor;
  redactor.add("hunter2");
  Connection connection{Transport{std::make_unique<Talker>(text), {}, "peer"},
                        {"", "hunter2"},
                        1,
                        std::move(redactor)};
  const std::array commands{Command{"GETRANGE", "key", "0", "65536"}, Command{"PTTL", "key"}};
  for (int round = 0; round < 2; ++round) {
    const auto replies = connection.ask(commands, Deadline{});
    if (replies)
      demand(replies->size() == commands.size());
    else
      demand(replies.error().what.find("hunter2") == std::string::npos);
  }
  return 0;
}
