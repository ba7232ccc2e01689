// A host that marks from two threads and forks, while its Redis has every kind
// of bad weather in random order.
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <random>

#include "beating.hpp"

namespace {

std::chrono::seconds duration() {
  const char* text = std::getenv("HEARTBEAT_CHAOS_SECONDS");
  return std::chrono::seconds{text == nullptr ? 20 : std::atoi(text)};
}

/// What the kernel knows of this thread.
struct Thread {
  long waits;   // how often it gave up its processor by itself
  long faults;  // pages it had to ask for, as everybody has to after a fork

  static Thread now() {
    rusage usage{};
    getrusage(RUSAGE_THREAD, &usage);
    return {usage.ru_nvcsw, usage.ru_minflt + usage.ru_majflt};
  }
};

class Weather {
 public:
  explicit Weather(std::uint32_t seed) : random_{seed} { replace(); }

  void change() {
    switch (pick(8)) {
      case 0:
        server_->stop();
        return;
      case 1:
        kill(server_->pid(), SIGSTOP);
        return pass_then_mend();
      case 2:
        return tell({"FLUSHALL"});
      case 3:
        return tell({"REPLICAOF", "127.0.0.1", "1"});  // which makes it read-only
      case 4:
        return tell({"CONFIG", "SET", "maxmemory", "1"});
      case 5:
        return tell({"CLIENT", "PAUSE", "700"});
      case 6:
        return mend();
      default:
        return replace();
    }
  }

  void replace() {
    server_.reset();
    server_ = std::make_unique<RedisServer>(std::vector<std::string>{}, socket_);
  }

  std::string url() const { return "unix://" + socket_; }
  redis::Endpoint endpoint() const { return server_->endpoint(); }
  std::uint32_t pick(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }

 private:
  void pass_then_mend() {
    std::this_thread::sleep_for(std::chrono::milliseconds{pick(3000)});
    kill(server_->pid(), SIGCONT);
  }

  void mend() {
    if (server_->pid() <= 0) return replace();
    tell({"REPLICAOF", "NO", "ONE"});
    tell({"CONFIG", "SET", "maxmemory", "0"});
  }

  // The server may be dead or deaf: then it is not told.
  void tell(const redis::Command& command) const {
    const auto deadline = redis::Deadline::after(500ms);
    std::ignore = redis::Client{endpoint()}.ask(std::array{command}, deadline);
  }

  std::mt19937 random_;
  TemporaryFolder folder_;
  const std::string socket_ = folder_.path() + "/redis.sock";
  std::unique_ptr<RedisServer> server_;
};

}  // namespace

TEST_CASE("a host in bad weather never waits, and loses neither thread, descriptor nor event") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  Weather weather{seed};
  const auto before = std::pair{threads(), descriptors()};
  std::atomic<std::uint64_t> marked{0};
  std::atomic<long> waited{0};
  std::atomic<std::uint64_t> undisturbed{0};
  int bad_children = 0;
  {
    Heartbeat beat{{.service = "s",
                    .redis_url = weather.url(),
                    .interval = 100ms,
                    .ttl = 60s,
                    .log = [](std::string_view) {}}};
    auto& flag = beat.flag("f");
    auto& gauge = beat.gauge("g");
    auto& events = beat.errors("e");
    beat.check("flag", critical, flag.is_set());
    beat.check("gauge", warning, gauge < 10);
    beat.check("count", warning, events.count(10ms) < 50);
    beat.check("age", critical, events.within(500ms));
    beat.check("db", warning, beat.succeeds([] { return true; }, {.every = 10ms, .limit = 5s}));

    std::atomic<bool> done{false};
    const auto host = [&] {
      while (!done) {
        const auto before_marks = Thread::now();
        for (int i = 0; i < 1000; ++i) {
          events.mark();
          gauge.set(i % 20);
          gauge.add(1);
          flag.set(i % 100 != 0);
        }
        const auto after_marks = Thread::now();
        // A fault waits for a fork that is under way: the host's own doing.
        if (after_marks.faults == before_marks.faults) {
          waited += after_marks.waits - before_marks.waits;
          ++undisturbed;
        }
        marked += 1000;
        std::this_thread::sleep_for(5ms);
      }
    };
    std::thread one{host};
    std::thread two{host};
    beat.start();

    const auto until = Steady::now() + duration();
    std::size_t pages_halfway = 0;
    while (Steady::now() < until) {
      if (pages_halfway == 0 && until - Steady::now() < duration() / 2)
        pages_halfway = resident_pages();
      weather.change();
      if (weather.pick(2) == 0) {
        const pid_t child = fork();
        if (child == 0) {
          for (int i = 0; i < 100; ++i) events.mark();
          beat.stop();
          _exit(42);
        }
        int status = 0;
        waitpid(child, &status, 0);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 42) ++bad_children;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds{weather.pick(500)});
    }
    const auto pages_after = resident_pages();
    done = true;
    one.join();
    two.join();
    constexpr std::size_t few = 16;  // the heap settles; it does not grow by the storm
    if (!under_sanitizer) CHECK(pages_after <= pages_halfway + few);

    weather.replace();
    flag.set(true);
    gauge.set(0);
    const auto last = Reader{weather.endpoint()}.wait_for([&](const Document& d) {
      return d.checks.size() == 5 && d.checks[0].state == CheckState::pass &&
             d.checks[1].state == CheckState::pass && d.error_count == marked;
    });
    CHECK(last.error_count == marked);
    CHECK(last.writer->failed_writes > 0);
    MESSAGE(*last.sequence << " beats tried, " << last.writer->failed_writes << " failed, "
                           << last.writer->reconnects << " reconnects, " << marked.load()
                           << " marks, resident pages " << pages_halfway << " and " << pages_after);
  }
  CHECK(bad_children == 0);
  CHECK(std::pair{threads(), descriptors()} == before);
  if (!under_thread_sanitizer) {  // whose own locks wait
    // A virtual machine lets a thread wait for a page that its host has put aside, and counts
    // no fault: once in thousands of rounds. A lock of ours would be met far more often.
    CHECK(static_cast<std::uint64_t>(waited.load()) <= undisturbed / 5000);
    CHECK(undisturbed > marked / 1000 / 2);
  }
}
