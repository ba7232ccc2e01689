/* The same as bare_get.c, by hiredis. */
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  redisContext* redis = redisConnect("127.0.0.1", atoi(argv[1]));
  if (redis == NULL || redis->err != 0) return 2;
  redisReply* reply = redisCommand(redis, "GET %s", argv[2]);
  return reply != NULL && reply->type == REDIS_REPLY_STRING && puts(reply->str) >= 0 ? 0 : 2;
}
