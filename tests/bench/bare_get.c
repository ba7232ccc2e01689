/* What a probe costs at the least: connect, send one GET, read one answer. Compiled
 * with -DBY_NAME it also resolves the name of a host, its third argument. */
#include <arpa/inet.h>
#ifdef BY_NAME
#include <netdb.h>
#endif
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons((unsigned short)atoi(argv[1])),
                                .sin_addr = {htonl(INADDR_LOOPBACK)}};
#ifdef BY_NAME
  const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
  struct addrinfo* found;
  if (getaddrinfo(argv[3], argv[1], &hints, &found) != 0) return 2;
  memcpy(&address, found->ai_addr, sizeof address);
  freeaddrinfo(found);
#endif
  const int redis = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(redis, (const struct sockaddr*)&address, sizeof address) != 0) return 2;
  char text[65536];
  const int n = snprintf(text, sizeof text, "*2\r\n$3\r\nGET\r\n$%zu\r\n%s\r\n", strlen(argv[2]), argv[2]);
  if (write(redis, text, (size_t)n) != n) return 2;
  const ssize_t got = read(redis, text, sizeof text);
  return got > 0 && fwrite(text, 1, (size_t)got, stdout) == (size_t)got ? 0 : 2;
}
