/* A service that beats until its input ends. Its one check is healthy. */
#include <heartbeat/heartbeat.h>
#include <stdio.h>

int main(int count, char** arguments) {
  heartbeat_config config = HEARTBEAT_CONFIG_INIT;
  config.service = "service";
  config.redis_url = count > 1 ? arguments[1] : NULL;
  config.interval_ms = 1000;
  heartbeat_beat* beat = NULL;
  heartbeat_schedule* schedule = NULL;
  if (heartbeat_schedule_create("Mon-Sun 00:00-24:00 Asia/Kolkata", NULL, 0, &schedule) != 0 ||
      heartbeat_create(&config, &beat) != HEARTBEAT_OK) {
    fprintf(stderr, "%s\n", heartbeat_last_error());
    return 1;
  }
  heartbeat_flag* flag = heartbeat_flag_create(beat, "connected");
  heartbeat_flag_set(flag, 1);
  if (heartbeat_check_flag(beat, "connected", HEARTBEAT_CRITICAL, flag, schedule) != HEARTBEAT_OK ||
      heartbeat_start(beat) != HEARTBEAT_OK) {
    fprintf(stderr, "%s\n", heartbeat_last_error());
    return 1;
  }
  printf("%s %s %s\n", heartbeat_version(), heartbeat_commit(), heartbeat_tls());
  fflush(stdout);
  while (getchar() != EOF) continue;
  heartbeat_destroy(beat);
  heartbeat_schedule_destroy(schedule);
  return 0;
}
