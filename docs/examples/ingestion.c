#include <heartbeat/heartbeat.h>
#include <stdio.h>
#include <time.h>

static void wait_for_tick(void) { /* your feed */
  const struct timespec pause = {0, 100000000};
  nanosleep(&pause, NULL);
}

int main(void) {
  heartbeat_config config = HEARTBEAT_CONFIG_INIT;
  config.service = "ingestion"; /* Redis from HEARTBEAT_REDIS_URL or REDIS_URL */
  heartbeat_beat* beat;
  heartbeat_schedule* market_hours; /* at night no ticks come */
  if (heartbeat_create(&config, &beat) != HEARTBEAT_OK ||
      heartbeat_schedule_create("Mon-Fri 09:15-15:30 Asia/Kolkata", NULL, 0, &market_hours) !=
          HEARTBEAT_OK) {
    fprintf(stderr, "heartbeat: %s\n", heartbeat_last_error());
    return 1;
  }
  heartbeat_flag* websocket = heartbeat_flag_create(beat, "websocket");
  heartbeat_events* ticks = heartbeat_activity_create(beat, "ticks");
  heartbeat_check_flag(beat, "websocket_connected", HEARTBEAT_CRITICAL, websocket, NULL);
  heartbeat_check_within(beat, "ticks_received", HEARTBEAT_CRITICAL, ticks, 60000, market_hours);
  if (heartbeat_start(beat) != HEARTBEAT_OK) {
    fprintf(stderr, "heartbeat: %s\n", heartbeat_last_error());
    return 1;
  }

  heartbeat_flag_set(websocket, 1);
  for (;;) {
    wait_for_tick();
    heartbeat_mark(ticks);
  }
}
