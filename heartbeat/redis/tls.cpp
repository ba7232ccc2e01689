#include "redis/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <atomic>
#include <cerrno>
#include <new>
#include <system_error>

#include "redis/resolve.hpp"

namespace heartbeat::redis {
namespace {

struct FreeSsl {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* session) const { SSL_free(session); }
};
using Context = std::unique_ptr<SSL_CTX, FreeSsl>;
using TlsSession = std::unique_ptr<SSL, FreeSsl>;

std::atomic<bool> skip_configuration{false};

/// The first reason in OpenSSL's error queue. Empties the queue.
std::string latest_reason() {
  const auto error = ERR_get_error();
  ERR_clear_error();
  const char* reason = ERR_reason_error_string(error);
  if (reason != nullptr) return reason;
  return ERR_SYSTEM_ERROR(error) ? std::generic_category().message(ERR_GET_REASON(error))
                                 : "unknown error";
}

Failed unusable(const std::string& what, const std::string& path) {
  return Failed{{Failure::tls, "cannot use " + what + " " + path + ": " + latest_reason()}};
}

/// With TLS 1.2, a client that lacks a certificate learns only "handshake failure".
int record_certificate_request(SSL* session, X509**, EVP_PKEY**) {
  *static_cast<bool*>(SSL_get_app_data(session)) = true;
  return 0;
}

/// Gives OpenSSL the key's password, so that it does not ask on the terminal.
int give_password(char* buffer, int size, int, void* password) {
  const auto& text = *static_cast<const std::string*>(password);
  if (text.size() > static_cast<std::size_t>(size)) return 0;
  return static_cast<int>(text.copy(buffer, text.size()));
}

Result<void> load_ca_certificates(SSL_CTX* context, const Tls& tls) {
  CaBundle bundle{tls.ca_file, tls.ca_directory};
  if (bundle.file.empty() && bundle.directory.empty()) bundle = system_ca_bundle();
  if (const auto& file = bundle.file; !file.empty())
    if (SSL_CTX_load_verify_file(context, file.c_str()) != 1) return unusable("CA file", file);
  if (const auto& directory = bundle.directory; !directory.empty())
    if (SSL_CTX_load_verify_dir(context, directory.c_str()) != 1)
      return unusable("CA directory", directory);
  if (bundle.file.empty() && bundle.directory.empty())
    return Failed{
        {Failure::tls,
         "no CA certificates to verify with; name a file by ssl_ca_certs in the URL or by "
         "SSL_CERT_FILE (looked for " +
             system_ca_bundle_text() + ")"}};
  return {};
}

Result<void> load_client_certificate(SSL_CTX* context, const Tls& tls) {
  if (tls.certificate.empty()) {
    SSL_CTX_set_client_cert_cb(context, record_certificate_request);
    return {};
  }
  SSL_CTX_set_default_passwd_cb(context, give_password);
  SSL_CTX_set_default_passwd_cb_userdata(context, const_cast<std::string*>(&tls.key_password));
  if (SSL_CTX_use_certificate_chain_file(context, tls.certificate.c_str()) != 1)
    return unusable("client certificate", tls.certificate);
  const auto& key = tls.key.empty() ? tls.certificate : tls.key;
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1)
    return unusable("key", key);
  return {};
}

Result<Context> context_for(const Tls& tls) {
  Context context{SSL_CTX_new(TLS_client_method())};
  if (!context) throw std::bad_alloc{};
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  // Redis may close without close_notify: that is an ordinary end, too.
  SSL_CTX_set_options(context.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_verify(context.get(), tls.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  if (tls.verify)
    if (const auto trusted = load_ca_certificates(context.get(), tls); !trusted)
      return Failed{trusted.error()};
  if (const auto shown = load_client_certificate(context.get(), tls); !shown)
    return Failed{shown.error()};
  return context;
}

class TlsStream final : public ByteStream {
 public:
  TlsStream(Descriptor socket, TlsSession session)
      : socket_{std::move(socket)}, session_{std::move(session)} {
    SSL_set_app_data(session_.get(), &certificate_requested_);
  }

  Result<void> handshake(const std::string& host, const Deadline& deadline) {
    const auto done = until_done([this] { return SSL_connect(session_.get()); }, deadline);
    if (done && *done > 0) return {};
    if (done) return Failed{{Failure::unreachable, "connection closed during the TLS handshake"}};
    auto error = done.error();
    const auto verified = SSL_get_verify_result(session_.get());
    if (error.failure == Failure::timeout)
      error.what = "no answer to the TLS handshake in time (does it speak TLS?)";
    else if (verified == X509_V_ERR_HOSTNAME_MISMATCH || verified == X509_V_ERR_IP_ADDRESS_MISMATCH)
      error.what = "the certificate is not for '" + host + "'";
    else if (verified != X509_V_OK)
      error.what =
          std::string{"the certificate is not trusted: "} + X509_verify_cert_error_string(verified);
    return Failed{error};
  }

  Result<std::size_t> read(std::span<char> buffer, const Deadline& deadline) override {
    std::size_t got = 0;
    const auto done = until_done(
        [&] { return SSL_read_ex(session_.get(), buffer.data(), buffer.size(), &got); }, deadline);
    if (!done) return Failed{done.error()};
    return *done > 0 ? got : 0;
  }

  Result<void> write(std::string_view bytes, const Deadline& deadline) override {
    if (bytes.empty()) return {};
    std::size_t sent = 0;
    const auto done = until_done(
        [&] { return SSL_write_ex(session_.get(), bytes.data(), bytes.size(), &sent); }, deadline);
    if (!done) return Failed{done.error()};
    if (*done > 0) return {};
    return Failed{{Failure::unreachable, "connection closed"}};
  }

 private:
  /// Repeats the call until it succeeds. Returns 0 if the peer has closed.
  template <typename Call>
  Result<int> until_done(const Call& call, const Deadline& deadline) {
    for (;;) {
      ERR_clear_error();
      errno = 0;
      const int result = call();
      if (result > 0) return result;
      auto readiness = Readiness::readable;
      switch (SSL_get_error(session_.get(), result)) {
        case SSL_ERROR_WANT_READ:
          break;
        case SSL_ERROR_WANT_WRITE:
          readiness = Readiness::writable;
          break;
        case SSL_ERROR_ZERO_RETURN:
          return 0;
        case SSL_ERROR_SYSCALL:
          if (errno == 0) return 0;
          return Failed{{Failure::unreachable, std::generic_category().message(errno)}};
        default:
          return Failed{protocol_failure()};
      }
      if (const auto ready = wait_for(socket_, readiness, deadline); !ready)
        return Failed{ready.error()};
    }
  }

  Error protocol_failure() const {
    switch (ERR_GET_REASON(ERR_peek_error())) {
      case SSL_R_WRONG_VERSION_NUMBER:
      case SSL_R_PACKET_LENGTH_TOO_LONG:
      case SSL_R_HTTP_REQUEST:
      case SSL_R_UNEXPECTED_MESSAGE:
        ERR_clear_error();
        return {Failure::tls, "does not speak TLS: write redis:// in the URL"};
      case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
        return certificate_missing();
      case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
        if (certificate_requested_) return certificate_missing();
        [[fallthrough]];
      default:
        return {Failure::tls, "TLS: " + latest_reason()};
    }
  }

  static Error certificate_missing() {
    ERR_clear_error();
    return {Failure::tls,
            "demands a client certificate: name it by ssl_certfile and ssl_keyfile in the URL"};
  }

  Descriptor socket_;
  bool certificate_requested_ = false;  ///< the server asked for one, and the client has none
  TlsSession session_;
};

}  // namespace

bool has_tls() noexcept { return true; }

const char* tls_version() noexcept { return OpenSSL_version(OPENSSL_VERSION); }

void forgo_tls_configuration() noexcept { skip_configuration = true; }

Result<std::unique_ptr<ByteStream>> secure(Descriptor socket, const Tls& tls,
                                           const std::string& host, const Deadline& deadline) {
  // Initialize OpenSSL only here: this takes longer than a whole run without TLS.
  if (skip_configuration) OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  ERR_clear_error();
  const auto context = context_for(tls);
  if (!context) return Failed{context.error()};
  TlsSession session{SSL_new(context->get())};
  if (!session || SSL_set_fd(session.get(), socket.number()) != 1) throw std::bad_alloc{};
  const bool numeric = is_numeric(host);
  // RFC 6066: the server name is never an address.
  if (!numeric)
    SSL_ctrl(session.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             const_cast<char*>(host.c_str()));
  if (tls.verify && tls.check_hostname) {
    auto* parameters = SSL_get0_param(session.get());
    if (numeric)
      X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str());
    else
      X509_VERIFY_PARAM_set1_host(parameters, host.data(), host.size());
  }
  auto stream = std::make_unique<TlsStream>(std::move(socket), std::move(session));
  if (const auto done = stream->handshake(host, deadline); !done) return Failed{done.error()};
  return stream;
}

}  // namespace heartbeat::redis
