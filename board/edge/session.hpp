#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <list>
#include <memory>
#include <optional>

#include "board/core/reading.hpp"
#include "board/core/respond.hpp"
#include "board/core/waiting.hpp"

namespace board {

class Session;

/// What all connections share. Everything happens in the loop's thread.
class House {
 public:
  virtual ~House() = default;

  /// Uses a reading, at once or later.
  virtual void want(const Wish& wish, Waiting::Use use) = 0;
  virtual Snapshot snapshot(std::shared_ptr<const Reading> reading) const = 0;
  virtual void answered(int status) = 0;
  virtual void opened() = 0;
  virtual void closed() = 0;
  /// No connection is kept any longer.
  virtual bool stopping() const = 0;

  std::list<Session*> incomplete;  ///< those without a complete request, oldest first
};

/// One connection, one request at a time. Lives as long as something is to be done for it. Bounded:
/// the head of a request in bytes and in time, the time that an answer takes to be
/// fetched, and what is still read behind a refused one.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(boost::asio::ip::tcp::socket socket, House& house);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Reads a request, answers it, and so on.
  void read();
  /// Whatever it is doing ends.
  void close();

 private:
  using Error = boost::system::error_code;
  using Parser = boost::beast::http::request_parser<boost::beast::http::empty_body>;
  using Body = boost::beast::http::string_body;

  void leave();
  void have_head(Error error);
  Request request() const;
  void complain(Error error);
  void answer(Response response);
  void have_written(Error error);
  void drain();

  boost::beast::tcp_stream stream_;
  House& house_;
  boost::beast::flat_buffer buffer_;
  std::unique_ptr<Parser> parser_;  // one for each request
  boost::beast::http::response<Body> response_;
  std::optional<boost::beast::http::response_serializer<Body>> serializer_;
  std::list<Session*>::iterator place_{};
  std::size_t drained_ = 0;
  bool in_list_ = false, keep_ = false, head_ = false;
  Error ignored_;
};

}  // namespace board
