#include <heartbeat/heartbeat.hpp>

int main() {
  using namespace std::chrono_literals;
  const heartbeat::Schedule hours{"Mon-Fri 09:15-15:30 Asia/Kolkata"};
  heartbeat::Heartbeat beat{{.service = "consumer", .redis_url = "unix:///nowhere"}};
  beat.check("ticks", heartbeat::critical, beat.activity("ticks").within(60s)).during(hours);
  beat.start();
  return beat.judge().reason.empty();
}
