// A host that marks from two threads and forks, while its Redis suffers random faults.
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

/// The kernel's counters of this thread.
struct Thread {
  long waits;   // voluntary context switches
  long faults;  // page faults, which follow every fork

  static Thread now() {
    rusage usage{};
    getrusage(RUSAGE_THREAD, &usage);
    return {usage.ru_nvcsw, usage.ru_minflt + usage.ru_majflt};
  }
};

class RandomFaults {
 public:
  explicit RandomFaults(std::uint32_t seed) : random_{seed} { replace(); }

  void change() {
    switch (pick(8)) {
      case 0:
        server_->stop();
        return;
      case 1:
        return pause_process();
      case 2:
        return send({"FLUSHALL"});
      case 3:
        return send({"REPLICAOF", "127.0.0.1", "1"});  // which makes it read-only
      case 4:
        return send({"CONFIG", "SET", "maxmemory", "1"});
      case 5:
        return send({"CLIENT", "PAUSE", "700"});
      case 6:
        return repair();
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
  void pause_process() {
    if (server_->pid() <= 0) return;  // kill() would take it for all processes
    kill(server_->pid(), SIGSTOP);
    std::this_thread::sleep_for(std::chrono::milliseconds{pick(3000)});
    kill(server_->pid(), SIGCONT);
  }

  void repair() {
    if (server_->pid() <= 0) return replace();
    send({"REPLICAOF", "NO", "ONE"});
    send({"CONFIG", "SET", "maxmemory", "0"});
  }

  // The server may be dead or stopped: then the command is lost.
  void send(const redis::Command& command) const {
    const auto deadline = redis::Deadline::after(500ms);
    std::ignore = redis::Client{endpoint()}.ask(std::array{command}, deadline);
  }

  std::mt19937 random_;
  TemporaryFolder folder_;
  const std::string socket_ = folder_.path() + "/redis.sock";
  std::unique_ptr<RedisServer> server_;
};

}  // namespace

TEST_CASE(
    "while Redis fails at random, the host never waits and loses no thread, descriptor or event") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  RandomFaults faults{seed};
  const auto before = std::pair{threads(), descriptors()};
  std::atomic<std::uint64_t> marked{0};
  std::atomic<long> waited{0};
  std::atomic<std::uint64_t> undisturbed{0};
  int bad_children = 0;
  {
    Heartbeat beat{{.service = "s",
                    .redis_url = faults.url(),
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

    const auto host = [&](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        const auto before_marks = Thread::now();
        for (int i = 0; i < 1000; ++i) {
          events.mark();
          gauge.set(i % 20);
          gauge.add(1);
          flag.set(i % 100 != 0);
        }
        const auto after_marks = Thread::now();
        // A page fault waits for a fork in progress, which is the host's own work.
        if (after_marks.faults == before_marks.faults) {
          waited += after_marks.waits - before_marks.waits;
          ++undisturbed;
        }
        marked += 1000;
        std::this_thread::sleep_for(5ms);
      }
    };
    // A Redis that does not start throws below: then both end too, and doctest says why.
    std::jthread one{host};
    std::jthread two{host};
    beat.start();

    const auto until = Steady::now() + duration();
    std::size_t pages_halfway = 0;
    while (Steady::now() < until) {
      if (pages_halfway == 0 && until - Steady::now() < duration() / 2)
        pages_halfway = resident_pages();
      faults.change();
      if (faults.pick(2) == 0) {
        const pid_t child = fork();
        REQUIRE(child >= 0);
        if (child == 0) {
          for (int i = 0; i < 100; ++i) events.mark();
          beat.stop();
          _exit(42);
        }
        int status = 0;
        waitpid(child, &status, 0);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 42) ++bad_children;
        marked += 100;  // the child's marks count
      }
      std::this_thread::sleep_for(std::chrono::milliseconds{faults.pick(500)});
    }
    const auto pages_after = resident_pages();
    one.request_stop();
    two.request_stop();
    one.join();
    two.join();
    // The heap settles, but does not grow with the marks: millions of them in this half.
    constexpr std::size_t few = 128;
    if (!under_sanitizer) CHECK(pages_after <= pages_halfway + few);

    faults.replace();
    flag.set(true);
    gauge.set(0);
    const auto last = Reader{faults.endpoint()}.wait_for([&](const Document& d) {
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
  CHECK(are_left(before));
  if (!under_thread_sanitizer) {  // its own locks wait
    // A virtual machine may let a thread wait for a page that its host has swapped out, without
    // counting a fault: now and then. A lock of the library would cause far more
    // waits.
    CHECK(static_cast<std::uint64_t>(waited.load()) <= 2 + undisturbed / 1000);
    CHECK(undisturbed > marked / 1000 / 2);
  }
}
