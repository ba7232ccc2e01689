#pragma once

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "document/document.hpp"
#include "heartbeat/heartbeat.hpp"
#include "redis_server.hpp"

// gcc defines a macro, clang a feature.
#if !defined(__has_feature)
#define __has_feature(feature) 0
#endif
#if defined(__SANITIZE_THREAD__) || __has_feature(thread_sanitizer)
inline constexpr bool under_thread_sanitizer = true;
#else
inline constexpr bool under_thread_sanitizer = false;
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
inline constexpr bool under_sanitizer = true;
#else
inline constexpr bool under_sanitizer = under_thread_sanitizer;
#endif

using namespace heartbeat;
using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

/// For tests that look for the last document: a busy machine may need longer than the default.
inline constexpr auto patient_stop = 60s;
/// For those in which something hangs: stop() then takes all of this time.
inline constexpr auto stop_of_hanging = 3s;

inline Config hourly(const std::string& redis_url) {
  return {.service = "s",
          .redis_url = redis_url,
          .interval = 1h,
          .ttl = 2h,
          .stop_timeout = patient_stop};
}

/// A client that reads the document as the probe does.
class Reader {
 public:
  explicit Reader(const redis::Endpoint& endpoint) : endpoint_{endpoint} {}

  redis::Reply ask(const redis::Command& command) const {
    const auto deadline = redis::Deadline::after(30s);
    return redis::Client{endpoint_}.ask(std::array{command}, deadline).value().front();
  }

  std::optional<Document> document() const {
    const auto reply = ask({"GET", "health:s"});
    const auto* text = std::get_if<std::string>(&reply);
    return text == nullptr ? std::nullopt : std::optional{decode(*text).value()};
  }

  /// The first document for which `holds` is true; after a minute the last document seen.
  template <typename Condition>
  Document wait_for(Condition holds) const {
    const auto until = Steady::now() + 60s;
    auto seen = document();
    while (!(seen && holds(*seen)) && Steady::now() < until) {
      std::this_thread::sleep_for(5ms);
      seen = document();
    }
    REQUIRE(seen);
    return *seen;
  }

  Document wait_for(Status status) const {
    return wait_for([&](const Document& d) { return d.status == status; });
  }

 private:
  redis::Endpoint endpoint_;
};

struct Beating {
  RedisServer server;
  Reader reader{server.endpoint()};
  std::string url = "unix://" + server.endpoint().unix_path;

  /// Stops Redis until SIGCONT, when it has answered what it has executed: a reader may see a
  /// document before its writer has the answer, but Redis sends all answers before it reads on.
  void suspend_redis() const {
    reader.ask({"PING"});
    kill(server.pid(), SIGSTOP);
  }
};

/// The document in the file; nothing if there is no file. Fails on half a document.
inline std::optional<Document> document_in(const std::string& path) {
  std::ifstream file{path};
  if (!file) return std::nullopt;
  return decode(std::string{std::istreambuf_iterator<char>{file}, {}}).value();
}

/// The number of the library's threads. Does not count a sanitizer's threads.
inline std::size_t threads() {
  std::size_t ours = 0;
  for (const auto& task : std::filesystem::directory_iterator{"/proc/self/task"}) {
    std::ifstream file{task.path() / "comm"};
    std::string name;
    if (std::getline(file, name) && name.starts_with("heartbeat")) ++ours;
  }
  return ours;
}

inline std::size_t resident_pages() {
  std::ifstream file{"/proc/self/statm"};
  std::size_t total = 0;
  std::size_t resident = 0;
  file >> total >> resident;
  return resident;
}

inline std::size_t descriptors() {
  const std::filesystem::directory_iterator open{"/proc/self/fd"};
  return static_cast<std::size_t>(std::distance(begin(open), end(open)));
}

/// Polls until `holds` is true. Returns false if that takes longer than `patience`.
template <typename Condition>
bool eventually(Condition holds, std::chrono::seconds patience = std::chrono::seconds{60}) {
  const auto until = Steady::now() + patience;
  while (!holds()) {
    if (Steady::now() > until) return false;
    std::this_thread::sleep_for(2ms);
  }
  return true;
}

/// Whether there are so many threads and descriptors again. A joined thread may still be listed for
/// a moment.
inline bool are_left(const std::pair<std::size_t, std::size_t>& before) {
  return eventually([&] { return std::pair{threads(), descriptors()} == before; });
}
