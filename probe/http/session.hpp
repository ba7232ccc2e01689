#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/answer_cache.hpp"
#include "http/respond.hpp"

namespace probe::http {

class Session;

/// What all connections share. Used in the thread of the event loop.
class ConnectionHost {
 public:
  virtual ~ConnectionHost() = default;

  /// Delivers the response, at once or later.
  virtual void respond(const Route& route, std::function<void(Response)> deliver) = 0;
  virtual void count_closed() = 0;

  Stats stats;
  bool stopping = false;           ///< connections are closed after their response
  std::list<Session*> incomplete;  ///< without a complete request, oldest first
  std::vector<std::string> allowed_hosts;
  /// Bounds what clients that hardly read keep in memory: they get bodies of different ages.
  Transfers<Session> transfers{std::size_t{32} * 1024 * 1024};
};

/// One connection, with one request at a time; exists as long as an operation is pending. Limits
/// the size and time of a request's head, the time to send, and the bytes read after a rejection.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(boost::asio::ip::tcp::socket socket, ConnectionHost& host);
  ~Session();

  /// Reads a request and answers it, again and again.
  void read();
  /// Cancels the pending operation, which ends the session.
  void close();

 private:
  using ErrorCode = boost::system::error_code;
  using Parser = boost::beast::http::request_parser<boost::beast::http::empty_body>;

  void on_head(ErrorCode error);
  void on_written(ErrorCode error);
  void refuse(ErrorCode error);
  void answer(Response response);
  void leave_transfers();
  void drain();
  void leave_incomplete();

  boost::beast::tcp_stream stream_;
  ConnectionHost& host_;
  boost::beast::flat_buffer buffer_;
  std::unique_ptr<Parser> parser_;  ///< one for each request
  std::string response_head_;
  Response response_;
  std::optional<Transfers<Session>::Place> transfer_;   ///< in the host's `transfers`
  std::optional<std::list<Session*>::iterator> place_;  ///< in the host's `incomplete`
  std::size_t drained_ = 0;
  bool keep_alive_ = false;
  bool is_head_ = false;
  ErrorCode ignored_;
};

}  // namespace probe::http
