// A program that uses fmt and the library: the library's own fmt, compiled with other switches,
// does not answer for the program's.
#include <fmt/format.h>
#include <heartbeat/heartbeat.hpp>

int main() {
  const heartbeat::Heartbeat beat{{.service = "consumer", .redis_url = "unix:///nowhere"}};
  fmt::print("{:L} {} {}", 1234567, static_cast<__int128>(5), 0.5);
}
