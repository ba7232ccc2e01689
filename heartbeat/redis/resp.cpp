#include "redis/resp.hpp"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wold-style-cast"
#include <hiredis/hiredis.h>
#pragma GCC diagnostic pop

#include <algorithm>
#include <charconv>
#include <new>
#include <utility>

#include "document/document.hpp"
#include "document/text.hpp"

namespace heartbeat::redis {
namespace {

constexpr std::size_t buffer_bytes = std::size_t{64} * 1024;
constexpr std::size_t slice_bytes = 2048;
/// One byte more than a document may have, so that a larger document is recognised.
constexpr std::size_t max_text_bytes = max_document_bytes + 1;
constexpr std::size_t max_elements = 1'000'000;
constexpr int max_depth = 3;  ///< XRANGE: entries, each with fields and values
constexpr std::size_t max_first_bytes = 64;

constexpr std::string_view line_end = "\r\n";
constexpr std::size_t max_line = 1 + 20 + line_end.size();  // a type and a number

char* put(char* to, std::string_view text) { return std::ranges::copy(text, to).out; }

char* put_line(char* to, char type, std::size_t number) {
  *to++ = type;
  return put(std::to_chars(to, to + max_line, number).ptr, line_end);
}

/// How much of the bytes to give to hiredis, which moves the rest of its buffer after each reply:
/// up to the end of a string or of a line. A string may go on beyond the bytes.
std::size_t slice_size(std::string_view bytes) {
  const auto some = bytes.substr(0, slice_bytes);
  const auto line = some.find('\n') + 1;
  if (line == 0) return some.size();
  if (line < 1 + 1 + line_end.size() || bytes.front() != '$') return line;
  const auto size = parse_integer<std::size_t>(bytes.substr(1, line - 1 - line_end.size()));
  return size && *size <= max_text_bytes ? line + *size + line_end.size() : line;
}

}  // namespace

// Into room for all of it, not piece by piece: a fleet has two commands for each service.
void append_request(CommandWords words, std::string& bytes) {
  const auto before = bytes.size();
  auto room = max_line;
  for (const auto word : words) room += max_line + word.size() + line_end.size();
  bytes.resize(before + room);
  char* to = put_line(bytes.data() + before, '*', words.size());
  for (const auto word : words) to = put(put(put_line(to, '$', word.size()), word), line_end);
  bytes.resize(static_cast<std::size_t>(to - bytes.data()));
}

/// hiredis calls these for each element that it has read. They return the object for the element,
/// which is always the ReplyReader itself; null stops hiredis.
struct ReplyReader::Callbacks {
  template <typename Add>
  static void* call(const redisReadTask* task, const Add& add) noexcept {
    auto* reader = static_cast<ReplyReader*>(task->privdata);
    try {
      return add(*reader) ? reader : nullptr;
    } catch (...) {
      return nullptr;  // hiredis is C; next() throws bad_alloc again
    }
  }

  static void* string(const redisReadTask* task, char* text, std::size_t size) {
    return call(task, [&](ReplyReader& reader) {
      if (size > max_text_bytes) return reader.refuse(Fault::too_large);
      const bool nested = task->parent != nullptr;
      switch (task->type) {
        case REDIS_REPLY_STRING:
        case REDIS_REPLY_STATUS:
          return reader.add(nested, std::string{text, size});
        case REDIS_REPLY_ERROR:
          return reader.add(nested, ErrorReply{{text, size}});
        default:
          return reader.refuse(Fault::not_resp);
      }
    });
  }

  static void* integer(const redisReadTask* task, long long number) {
    return call(task, [&](ReplyReader& reader) {
      return reader.add(task->parent != nullptr, std::int64_t{number});
    });
  }

  static void* nil(const redisReadTask* task) {
    return call(task,
                [&](ReplyReader& reader) { return reader.add(task->parent != nullptr, Nil{}); });
  }

  /// The type of the size depends on the version of hiredis.
  template <typename Size>
  static void* array(const redisReadTask* task, Size elements) {
    return call(task, [&](ReplyReader& reader) {
      int depth = 1;
      for (const auto* outer = task->parent; outer != nullptr; outer = outer->parent) ++depth;
      if (task->type != REDIS_REPLY_ARRAY) return reader.refuse(Fault::not_resp);
      return reader.begin_array(static_cast<std::size_t>(elements), depth);
    });
  }

  static redisReplyObjectFunctions* functions() {
    static redisReplyObjectFunctions all = [] {
      redisReplyObjectFunctions used{};  // the functions for RESP3 stay null
      used.createString = string;
      used.createInteger = integer;
      used.createNil = nil;
      used.createArray = array;
      return used;
    }();
    return &all;
  }
};

void ReplyReader::Free::operator()(redisReader* reader) const noexcept { redisReaderFree(reader); }

ReplyReader::ReplyReader(std::string peer)
    : peer_{std::move(peer)},
      reader_{redisReaderCreateWithFunctions(Callbacks::functions())},
      buffer_{std::make_unique_for_overwrite<char[]>(buffer_bytes)} {
  if (!reader_) throw std::bad_alloc{};
  reader_->privdata = this;
}

std::span<char> ReplyReader::buffer() noexcept { return {buffer_.get(), buffer_bytes}; }

void ReplyReader::received(std::size_t bytes) {
  unread_ = {buffer_.get(), bytes};
  has_received_ = has_received_ || bytes > 0;
  if (!has_replied_) first_bytes_ += unread_.substr(0, max_first_bytes - first_bytes_.size());
}

Result<Reply*> ReplyReader::next() {
  for (;;) {
    void* object = nullptr;
    if (redisReaderGetReply(reader_.get(), &object) != REDIS_OK) return tl::unexpected{error()};
    if (object != nullptr) {
      if (object != this) refuse(Fault::not_resp);
      if (fault_ != Fault::none) return tl::unexpected{error()};
      has_replied_ = true;
      return &reply_;
    }
    if (unread_.empty()) return nullptr;
    const bool is_in_array = reader_->ridx > 0;
    const auto some = is_in_array ? std::min(slice_bytes, unread_.size()) : slice_size(unread_);
    const auto wanted = missing_bytes_ > 0 ? missing_bytes_ : some;
    const auto slice = unread_.substr(0, wanted);
    unread_.remove_prefix(slice.size());
    missing_bytes_ = wanted - slice.size();
    incomplete_bytes_ += slice.size();
    if (incomplete_bytes_ > max_text_bytes + slice_bytes) refuse(Fault::too_large);
    if (fault_ != Fault::none) return tl::unexpected{error()};
    if (redisReaderFeed(reader_.get(), slice.data(), slice.size()) != REDIS_OK)
      throw std::bad_alloc{};
  }
}

bool ReplyReader::add(bool nested, Reply&& element) {
  incomplete_bytes_ = 0;
  if (!nested) {
    reply_ = std::move(element);
    return true;
  }
  auto& elements = std::get<Array>(reply_);
  if (elements.size() == max_elements) return refuse(Fault::too_large);
  if (auto* text = std::get_if<std::string>(&element))
    elements.push_back(std::move(*text));
  else if (const auto* number = std::get_if<std::int64_t>(&element))
    elements.push_back(std::to_string(*number));
  else if (std::holds_alternative<Nil>(element))
    elements.emplace_back();
  else
    return refuse(Fault::wrong_type);
  return true;
}

bool ReplyReader::begin_array(std::size_t elements, int depth) {
  if (depth > max_depth) return refuse(Fault::not_resp);
  if (elements > max_elements) return refuse(Fault::too_large);
  incomplete_bytes_ = 0;
  if (depth == 1) reply_ = Array{};
  return true;
}

bool ReplyReader::refuse(Fault fault) noexcept {
  fault_ = fault;
  return false;
}

Error ReplyReader::error() const {
  switch (fault_) {
    case Fault::too_large:
      return {Failure::redis_error, peer_ + ": answer too large"};
    case Fault::wrong_type:
      return {Failure::redis_error, peer_ + ": an answer of an unexpected type"};
    case Fault::none:
      if (reader_->err == REDIS_ERR_OOM) throw std::bad_alloc{};
      [[fallthrough]];
    case Fault::not_resp:
      break;
  }
  return protocol_error(peer_, has_replied_ ? std::string_view{} : first_bytes_);
}

}  // namespace heartbeat::redis
