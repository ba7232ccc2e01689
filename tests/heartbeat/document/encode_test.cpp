#include <doctest/doctest.h>

#include <bit>
#include <limits>
#include <random>
#include <string>

#include "encode_long_way.hpp"

using namespace heartbeat;
using namespace std::chrono_literals;

namespace {

/// Documents with every field present and absent, texts that need escapes or repair, and numbers of
/// every size.
class AnyDocument {
 public:
  explicit AnyDocument(std::uint32_t seed) : random_{seed} {}

  Document document() {
    Document made{
        .status = one_of<Status>(4),
        .reason = text(),
        .service = maybe([&] { return text(); }),
        .instance = maybe([&] { return instance(); }),
        .sequence = maybe([&] { return whole(); }),
        .interval = maybe([&] { return duration(); }),
        .ttl = maybe([&] { return duration(); }),
        .started_at = maybe([&] { return time(); }),
        .written_at = maybe([&] { return time(); }),
        .boot = maybe([&] { return Boot{.id = text(), .at = duration()}; }),
        .last_activity = maybe([&] { return time(); }),
        .connected = maybe([&] { return is(2); }),
        .error_count = maybe([&] { return whole(); }),
        .processed_count = maybe([&] { return whole(); }),
        .refused_messages = maybe([&] { return whole(); }),
        .reported = maybe([&] { return Reported{.status = one_of<Status>(4), .reason = text()}; }),
        .checks = {},
        .writer = maybe([&] { return writer(); }),
        .implementation = text(),
        .version = text()};
    for (auto i = number(4); i-- > 0;) made.checks.push_back(check("check_" + std::to_string(i)));
    return made;
  }

 private:
  std::uint64_t number(std::uint64_t below) { return random_() % below; }
  bool is(std::uint64_t one_in) { return number(one_in) == 0; }

  template <typename Enum>
  Enum one_of(std::uint64_t count) {
    return static_cast<Enum>(number(count));
  }

  template <typename Make>
  auto maybe(const Make& make) -> std::optional<decltype(make())> {
    if (is(3)) return std::nullopt;
    return make();
  }

  std::string text() {
    static const std::string pieces[] = {"a",
                                         " ",
                                         "\x7f",
                                         "\"",
                                         "\\",
                                         "/",
                                         "\b\f\n\r\t",
                                         std::string{"\0", 1},
                                         "\x1f",
                                         "<",
                                         "\xc3\xa9",
                                         "\xe2\x80\xa8",
                                         "\xf0\x9f\x98\x80",
                                         "\xff",
                                         "\xc3",
                                         "\xed\xa0\x80",
                                         "\x80"};
    std::string made;
    for (auto i = number(12); i-- > 0;) made += pieces[number(std::size(pieces))];
    return made;
  }

  std::uint64_t whole() { return random_() >> number(64); }
  std::chrono::milliseconds duration() {
    return std::chrono::milliseconds{static_cast<std::int64_t>(whole()) * (is(9) ? -1 : 1)};
  }
  WallTime time() { return WallTime{1ms * static_cast<std::int64_t>(number(253'402'300'800'000))}; }

  Value value() {
    constexpr double edges[] = {0.0,
                                -0.0,
                                9007199254740992.0,
                                9007199254740994.0,
                                -1e15,
                                1e16,
                                0.0001,
                                0.00001,
                                1e-7,
                                std::numeric_limits<double>::infinity(),
                                std::numeric_limits<double>::quiet_NaN(),
                                std::numeric_limits<double>::denorm_min(),
                                std::numeric_limits<double>::max(),
                                0.1};
    switch (number(6)) {
      case 0:
        return {};
      case 1:
        return is(2);
      case 2:
        return edges[number(std::size(edges))];
      case 3:
        return static_cast<double>(number(100'000'000)) / 1000;
      case 4:
        return static_cast<double>(whole());
      default:
        return std::bit_cast<double>(random_());
    }
  }

  Instance instance() {
    return {.host = text(),
            .pid = static_cast<std::int64_t>(random_()),
            .id = text(),
            .name = text(),
            .start_ticks = maybe([&] { return whole(); }),
            .pid_namespace = maybe([&] { return whole(); }),
            .net_namespace = maybe([&] { return whole(); })};
  }

  CheckReport check(std::string name) {
    return {.name = is(4) ? name + "\"\n\u00e9" : name,
            .severity = one_of<Severity>(2),
            .state = one_of<CheckState>(4),
            .kind = one_of<Kind>(6),
            .value = value(),
            .comparison = one_of<Comparison>(6),
            .limit = value(),
            .value_is_minimum = is(2),
            .window = maybe([&] { return duration(); }),
            .clears_in = maybe([&] { return duration(); }),
            .since = maybe([&] { return time(); }),
            .would_be = maybe([&] { return one_of<CheckState>(4); }),
            .output = text()};
  }

  Writer writer() {
    return {.late_beats = whole(),
            .failed_writes = whole(),
            .reconnects = whole(),
            .vanished = whole(),
            .last_error = text(),
            .lateness = duration(),
            .worst_lateness = duration(),
            .last_write = duration(),
            .suspended = duration(),
            .file_error = text(),
            .lapse = text(),
            .rival = text(),
            .dates_error = text()};
  }

  std::mt19937_64 random_;
};

}  // namespace

TEST_CASE("a document is written byte for byte as the JSON library would write it") {
  std::string text;  // one for all: what a document leaves in it must not show in the next
  for (std::uint32_t seed = 0; seed < 5'000; ++seed) {
    CAPTURE(seed);
    const auto document = AnyDocument{seed}.document();
    encode(document, text);
    REQUIRE(text == long_way::encode(document));
    REQUIRE(encode_writer(document) == long_way::encode_writer(document));
    for (const auto& check : document.checks) REQUIRE(encode(check) == long_way::encode(check));
  }
}

TEST_CASE("every control character is escaped as the JSON library does it") {
  for (int code = 0; code <= 0x7f; ++code) {
    CAPTURE(code);
    const Document document{.reason = std::string(2, static_cast<char>(code))};
    CHECK(encode(document) == long_way::encode(document));
  }
}
