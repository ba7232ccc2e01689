/* What judging a fleet costs at the least: all values and expiries, pipelined, read and
 * thrown away. bare_fleet PORT COUNT reads health:service-0 and on. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { AT_ONCE = 256 };

static char out[AT_ONCE * 160];
static char in[1 << 20];

/* How many whole answers lie in the bytes; what is left over moves to the front. */
static int answers(size_t* held) {
  int count = 0;
  size_t at = 0;
  while (at < *held) {
    const char* end = memchr(in + at, '\n', *held - at);
    if (end == NULL) break;
    size_t next = (size_t)(end - in) + 1;
    if (in[at] == '$') next += (size_t)atol(in + at + 1) + 2;
    if (next > *held) break;
    at = next;
    ++count;
  }
  memmove(in, in + at, *held - at);
  *held -= at;
  return count;
}

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const struct sockaddr_in address = {.sin_family = AF_INET,
                                      .sin_port = htons((unsigned short)atoi(argv[1])),
                                      .sin_addr = {htonl(INADDR_LOOPBACK)}};
  const int redis = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(redis, (const struct sockaddr*)&address, sizeof address) != 0) return 2;
  const int all = atoi(argv[2]);
  for (int first = 0; first < all; first += AT_ONCE) {
    const int last = first + AT_ONCE < all ? first + AT_ONCE : all;
    size_t size = 0;
    for (int i = first; i < last; ++i) {
      char key[32];
      const int n = snprintf(key, sizeof key, "health:service-%d", i);
      size += (size_t)sprintf(out + size,
                              "*4\r\n$8\r\nGETRANGE\r\n$%d\r\n%s\r\n$1\r\n0\r\n$5\r\n65536\r\n"
                              "*2\r\n$4\r\nPTTL\r\n$%d\r\n%s\r\n", n, key, n, key);
    }
    if (write(redis, out, size) != (ssize_t)size) return 2;
    size_t held = 0;
    for (int open = 2 * (last - first); open > 0;) {
      const ssize_t got = read(redis, in + held, sizeof in - held);
      if (got <= 0) return 2;
      held += (size_t)got;
      open -= answers(&held);
    }
  }
  return 0;
}
