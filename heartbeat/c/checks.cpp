#include <array>

#include "c/internal.hpp"

using namespace heartbeat::c;
using namespace heartbeat;

static_assert(static_cast<int>(warning) == HEARTBEAT_WARNING);
static_assert(static_cast<int>(critical) == HEARTBEAT_CRITICAL);
static_assert(static_cast<int>(Comparison::less) == HEARTBEAT_LESS);
static_assert(static_cast<int>(Comparison::less_equal) == HEARTBEAT_LESS_EQUAL);
static_assert(static_cast<int>(Comparison::greater) == HEARTBEAT_GREATER);
static_assert(static_cast<int>(Comparison::greater_equal) == HEARTBEAT_GREATER_EQUAL);
static_assert(static_cast<int>(Comparison::equal) == HEARTBEAT_EQUAL);
static_assert(static_cast<int>(Comparison::not_equal) == HEARTBEAT_NOT_EQUAL);

namespace {

struct CheckArguments {
  heartbeat_beat* beat;
  const char* name;
  int severity;
  const heartbeat_schedule* during;
};

// `condition` makes the condition, or throws.
template <typename Make>
heartbeat_result declare(const CheckArguments& check, Make condition) noexcept {
  return guarded([&] {
    auto& beat = require_own(check.beat).beat;
    require(check.name, "name");
    if (check.severity != HEARTBEAT_WARNING && check.severity != HEARTBEAT_CRITICAL)
      throw bad_argument(std::to_string(check.severity) + " is not a severity");
    auto declared = beat.check(check.name, static_cast<Severity>(check.severity), condition());
    if (check.during != nullptr) declared.during(check.during->schedule);
  });
}

Comparison comparison_from(int comparison, heartbeat_comparison last = HEARTBEAT_NOT_EQUAL) {
  if (comparison < HEARTBEAT_LESS || comparison > last)
    throw bad_argument(std::to_string(comparison) + " is not a comparison of this check");
  return static_cast<Comparison>(comparison);
}

Polling polling_of(const heartbeat_polling& given) {
  Polling polling;
  if (given.every_ms != 0) polling.every = duration(given.every_ms, "every_ms");
  if (given.limit_ms != 0) polling.limit = duration(given.limit_ms, "limit_ms");
  return polling;
}

// A test in C and the context that it owns.
class OwnedTest {
 public:
  OwnedTest(heartbeat_test test, void* context, void (*release)(void*)) noexcept
      : test_{test}, context_{context}, release_{release} {}
  ~OwnedTest() { withdraw(); }
  OwnedTest(const OwnedTest&) = delete;
  OwnedTest& operator=(const OwnedTest&) = delete;

  bool run() const {
    if (test_ == nullptr) return false;
    // Far more than the document shows: a secret is masked only if it is whole.
    std::array<char, 4096> why{};
    const int result = test_(context_, why.data(), why.size());
    why.back() = '\0';
    if (result > 0) return true;
    if (why.front() != '\0') throw std::runtime_error{why.data()};
    if (result < 0) throw std::runtime_error{"returned " + std::to_string(result)};
    return false;
  }

  void withdraw() noexcept {
    test_ = nullptr;
    if (auto* const release = std::exchange(release_, nullptr)) release(context_);
  }

 private:
  heartbeat_test test_;
  void* context_;
  void (*release_)(void*);
};

}  // namespace

extern "C" {

heartbeat_result heartbeat_check_flag(heartbeat_beat* beat, const char* name, int severity,
                                      heartbeat_flag* flag, const heartbeat_schedule* during) {
  return declare({beat, name, severity, during},
                 [&] { return require(from(flag), "flag").is_set(); });
}

heartbeat_result heartbeat_check_within(heartbeat_beat* beat, const char* name, int severity,
                                        heartbeat_events* events, std::int64_t limit_ms,
                                        const heartbeat_schedule* during) {
  return declare({beat, name, severity, during}, [&] {
    return require(from(events), "events").within(duration(limit_ms, "a limit"));
  });
}

heartbeat_result heartbeat_check_count(heartbeat_beat* beat, const char* name, int severity,
                                       heartbeat_events* events, std::int64_t window_ms,
                                       int comparison, std::uint64_t n,
                                       const heartbeat_schedule* during) {
  return declare({beat, name, severity, during}, [&] {
    auto& source = require(from(events), "events");
    return source.count(duration(window_ms, "a window")).compare(comparison_from(comparison), n);
  });
}

heartbeat_result heartbeat_check_rate(heartbeat_beat* beat, const char* name, int severity,
                                      heartbeat_events* events, std::int64_t window_ms,
                                      int comparison, double bound,
                                      const heartbeat_schedule* during) {
  return declare({beat, name, severity, during}, [&] {
    auto& source = require(from(events), "events");
    return source.rate(duration(window_ms, "a window"))
        .compare(comparison_from(comparison, HEARTBEAT_GREATER_EQUAL), bound);
  });
}

heartbeat_result heartbeat_check_gauge(heartbeat_beat* beat, const char* name, int severity,
                                       heartbeat_gauge* gauge, int comparison, double bound,
                                       const heartbeat_schedule* during) {
  return declare({beat, name, severity, during}, [&] {
    return require(from(gauge), "gauge").compare(comparison_from(comparison), bound);
  });
}

heartbeat_result heartbeat_check_test(heartbeat_beat* beat, const char* name, int severity,
                                      heartbeat_test test, void* context,
                                      void (*release)(void* context), heartbeat_polling polling,
                                      const heartbeat_schedule* during) {
  std::shared_ptr<OwnedTest> kept;
  const auto result = guarded([&] { kept = std::make_shared<OwnedTest>(test, context, release); });
  if (result != HEARTBEAT_OK) {
    if (release != nullptr) release(context);
    return result;
  }
  const auto declared = declare({beat, name, severity, during}, [&] {
    require(test, "test");
    return beat->beat.succeeds([kept] { return kept->run(); }, polling_of(polling));
  });
  // The beat may own the callback already, if only the check's name was refused.
  if (declared != HEARTBEAT_OK) kept->withdraw();
  return declared;
}

heartbeat_result heartbeat_check_question(heartbeat_beat* beat, const char* name, int severity,
                                          heartbeat_polling polling,
                                          const heartbeat_schedule* during,
                                          heartbeat_question** question) {
  std::shared_ptr<TestHandoff> asked;
  const auto made = guarded([&] {
    require(question, "question") = nullptr;
    asked = std::make_shared<TestHandoff>();
    const std::lock_guard lock{require_own(beat).questions_mutex};
    beat->questions.push_back(asked);
  });
  if (made != HEARTBEAT_OK) return made;
  const auto declared = declare({beat, name, severity, during}, [&] {
    return beat->beat.succeeds([asked] { return asked->ask(); }, polling_of(polling),
                               [asked] { return asked->begun(); });
  });
  if (declared == HEARTBEAT_OK)
    *question = reinterpret_cast<heartbeat_question*>(asked.get());
  else
    asked->close();
  return declared;
}
}
