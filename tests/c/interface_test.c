/* interface_test CASE: the C interface, from C. */
#include <heartbeat/heartbeat.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CHECK(condition)                                                                          \
  do {                                                                                            \
    if (!(condition)) {                                                                           \
      fprintf(stderr, "%s:%d: %s (last error: %s; reason: %s)\n", __FILE__, __LINE__, #condition, \
              heartbeat_last_error(), reason);                                                    \
      exit(1);                                                                                    \
    }                                                                                             \
  } while (0)
#define OK(call) CHECK((call) == HEARTBEAT_OK)
#define REFUSED(call, result, words) \
  CHECK((call) == (result) && strstr(heartbeat_last_error(), words) != NULL)

static char reason[HEARTBEAT_REASON_SIZE];
static heartbeat_clock* test_clock;
static heartbeat_beat* beat;

/* A service on a stopped clock; it does not connect to Redis before the start. */
static void simulate(int64_t wall_ms) {
  OK(heartbeat_clock_create_stopped(wall_ms, &test_clock));
  heartbeat_config config = HEARTBEAT_CONFIG_INIT;
  config.service = "simulated";
  config.clock = test_clock;
  OK(heartbeat_create(&config, &beat));
}

/* A service that beats without a Redis. */
static void run(void) {
  heartbeat_config config = HEARTBEAT_CONFIG_INIT;
  config.service = "running";
  config.redis_url = "unix:///nonexistent/redis.sock";
  config.stop_timeout_ms = 300;
  OK(heartbeat_create(&config, &beat));
}

static int status(void) {
  int now = -1;
  OK(heartbeat_judge(beat, &now, reason, sizeof reason));
  return now;
}

static void advance(int64_t ms) { OK(heartbeat_clock_advance(test_clock, ms)); }

static void pause_ms(long ms) {
  const struct timespec pause = {ms / 1000, ms % 1000 * 1000000};
  nanosleep(&pause, NULL);
}

/* Polls until the reason has these words. */
static void wait_for(const char* words) {
  for (int i = 0; i < 6000; ++i) {
    status();
    if (strstr(reason, words) != NULL) return;
    pause_ms(10);
  }
  CHECK(strstr(reason, words) != NULL);
}

static void rules(void) {
  simulate(0);
  heartbeat_flag* flag = heartbeat_flag_create(beat, "flag");
  heartbeat_events* ticks = heartbeat_activity_create(beat, "ticks");
  heartbeat_events* errors = heartbeat_errors_create(beat, NULL);
  heartbeat_gauge* gauge = heartbeat_gauge_create(beat, "gauge");
  OK(heartbeat_check_flag(beat, "flag", HEARTBEAT_CRITICAL, flag, NULL));
  OK(heartbeat_check_within(beat, "age", HEARTBEAT_CRITICAL, ticks, 60000, NULL));
  OK(heartbeat_check_count(beat, "count", HEARTBEAT_WARNING, errors, 3600000, HEARTBEAT_LESS, 5,
                           NULL));
  OK(heartbeat_check_rate(beat, "rate", HEARTBEAT_WARNING, ticks, 10000, HEARTBEAT_GREATER, 0,
                          NULL));
  OK(heartbeat_check_gauge(beat, "gauge", HEARTBEAT_WARNING, gauge, HEARTBEAT_LESS, 10, NULL));

  CHECK(heartbeat_flag_value(flag) == -1);
  CHECK(status() == HEARTBEAT_STARTING);
  heartbeat_flag_set(flag, 7);
  heartbeat_mark(ticks);
  heartbeat_gauge_set(gauge, 9);
  CHECK(heartbeat_flag_value(flag) == 1);
  CHECK(status() == HEARTBEAT_HEALTHY);
  CHECK(strcmp(reason, "5 checks pass") == 0);
  heartbeat_gauge_add(gauge, 1);
  CHECK(heartbeat_gauge_value(gauge) == 10);
  CHECK(status() == HEARTBEAT_DEGRADED);
  heartbeat_gauge_add(gauge, -1);
  heartbeat_mark_n(errors, 5);
  CHECK(heartbeat_total(errors) == 5);
  CHECK(status() == HEARTBEAT_DEGRADED);
  heartbeat_flag_set_false(flag, "HTTP 403");
  CHECK(status() == HEARTBEAT_UNHEALTHY && strstr(reason, "flag is false: HTTP 403") != NULL);
  heartbeat_flag_set(flag, 1);
  heartbeat_flag_set_false(flag, NULL);
  CHECK(status() == HEARTBEAT_UNHEALTHY && strstr(reason, "flag is false (") != NULL);
  heartbeat_mark_n(errors, (uint64_t)-1);
  CHECK(heartbeat_total(errors) == 5);
  heartbeat_flag_set(flag, 1);
  heartbeat_flag_set(flag, -1); /* with which C functions fail */
  CHECK(heartbeat_flag_value(flag) == 0);
  heartbeat_flag_set(flag, 0);
  CHECK(heartbeat_flag_value(flag) == 0);
  CHECK(status() == HEARTBEAT_UNHEALTHY);

  OK(heartbeat_report(beat, HEARTBEAT_UNHEALTHY, "disk full"));
  heartbeat_flag_set(flag, 1);
  CHECK(status() == HEARTBEAT_UNHEALTHY && strstr(reason, "disk full") != NULL);
  CHECK(strcmp(heartbeat_status_name(status()), "unhealthy") == 0);
  CHECK(heartbeat_status_name(4) == NULL && heartbeat_status_name(-1) == NULL);
  OK(heartbeat_report(beat, HEARTBEAT_HEALTHY, NULL));
  CHECK(status() == HEARTBEAT_DEGRADED);

  char little[4] = "xyz";
  OK(heartbeat_judge(beat, NULL, little, sizeof little));
  CHECK(strlen(little) == 3 && strncmp(little, reason, 3) == 0);
  OK(heartbeat_judge(beat, NULL, NULL, 0));
}

static void borders(void) {
  simulate(0);
  heartbeat_events* ticks = heartbeat_activity_create(beat, "ticks");
  heartbeat_events* failed = heartbeat_errors_create(beat, "failed");
  OK(heartbeat_check_within(beat, "age", HEARTBEAT_CRITICAL, ticks, 7200000, NULL));
  OK(heartbeat_check_count(beat, "none", HEARTBEAT_WARNING, failed, 300000, HEARTBEAT_EQUAL, 0,
                           NULL));
  heartbeat_mark(ticks);
  heartbeat_mark(failed);
  CHECK(status() == HEARTBEAT_DEGRADED);
  advance(299999);
  CHECK(status() == HEARTBEAT_DEGRADED);
  advance(1);
  CHECK(status() == HEARTBEAT_HEALTHY);
  advance(7200000 - 300000 - 1);
  CHECK(status() == HEARTBEAT_HEALTHY);
  advance(1);
  CHECK(status() == HEARTBEAT_UNHEALTHY);
  /* The beat keeps its clock alive. */
  heartbeat_clock_destroy(test_clock);
  test_clock = NULL;
  CHECK(status() == HEARTBEAT_UNHEALTHY);
}

static void schedules(void) {
  const int64_t monday = 1795392000; /* 2026-11-23 00:00 UTC, 05:30 in Kolkata */
  const int64_t opens = monday + 9 * 3600 + 15 * 60 - 19800;
  const char* const dates[] = {"2026-11-24"};
  heartbeat_schedule* hours;
  OK(heartbeat_schedule_create("Mon-Fri 09:15-15:30 Asia/Kolkata", dates, 1, &hours));
  int open = -1;
  int64_t changed = 0, changes = 0;
  OK(heartbeat_schedule_at(hours, opens - 1, &open, NULL, &changes));
  CHECK(open == 0 && changes == opens);
  OK(heartbeat_schedule_at(hours, opens, &open, &changed, NULL));
  CHECK(open == 1 && changed == opens);
  OK(heartbeat_schedule_at(hours, opens + 86400, &open, NULL, NULL));
  CHECK(open == 0);

  heartbeat_schedule* always;
  OK(heartbeat_schedule_create("Mon-Sun 00:00-24:00 UTC", NULL, 0, &always));
  OK(heartbeat_schedule_at(always, opens, &open, &changed, &changes));
  CHECK(open == 1 && changed == INT64_MIN && changes == INT64_MAX);
  heartbeat_schedule_destroy(always);

  simulate((opens - 60) * 1000);
  heartbeat_flag* flag = heartbeat_flag_create(beat, "flag");
  OK(heartbeat_check_flag(beat, "flag", HEARTBEAT_CRITICAL, flag, hours));
  heartbeat_schedule_destroy(hours);
  heartbeat_flag_set(flag, 0);
  CHECK(status() == HEARTBEAT_HEALTHY && strstr(reason, "1 suppressed") != NULL);
  advance(59999);
  CHECK(status() == HEARTBEAT_HEALTHY && strstr(reason, "1 suppressed") != NULL);
  advance(1);
  CHECK(status() == HEARTBEAT_HEALTHY && strstr(reason, "1 waiting") != NULL);
  advance(60000);
  CHECK(status() == HEARTBEAT_UNHEALTHY);
  REFUSED(heartbeat_schedule_create("Mon 09:00-10:00 Mars/Olympus", NULL, 0, &hours),
          HEARTBEAT_BAD_CONFIG, "Mars/Olympus");
  CHECK(hours == NULL);
  REFUSED(heartbeat_schedule_create("Mon 09:00-10:00 UTC", NULL, 1, &hours), HEARTBEAT_BAD_ARGUMENT,
          "dates");
  REFUSED(heartbeat_schedule_create(NULL, NULL, 0, &hours), HEARTBEAT_BAD_ARGUMENT, "text");
}

static void put(const char* path, const char* content) {
  FILE* file = fopen(path, "w");
  CHECK(file != NULL && fputs(content, file) >= 0 && fclose(file) == 0);
}

static void dates(void) {
  char path[] = "/tmp/heartbeat_dates.XXXXXX";
  char entry[sizeof path + 1];
  const int made = mkstemp(path);
  CHECK(made >= 0 && close(made) == 0);
  snprintf(entry, sizeof entry, "@%s", path);
  const char* const file[] = {entry};
  heartbeat_schedule* hours;
  put(path, "2026-11-24\nnever\n");
  REFUSED(heartbeat_schedule_create("Mon-Fri 09:00-10:00 UTC", file, 1, &hours),
          HEARTBEAT_BAD_CONFIG, ", line 2: 'never' does not begin with a date");
  put(path, "2026-11-24\n");
  OK(heartbeat_schedule_create("Mon-Fri 09:00-10:00 UTC", file, 1, &hours));
  const int64_t monday = 1795392000 + 9 * 3600; /* 2026-11-23 09:00 UTC */
  int open = -1;
  OK(heartbeat_schedule_at(hours, monday + 86400, &open, NULL, NULL));
  CHECK(open == 0);

  OK(heartbeat_clock_create_stopped(monday * 1000, &test_clock));
  heartbeat_config config = HEARTBEAT_CONFIG_INIT;
  config.service = "dated";
  config.redis_url = "unix:///nonexistent/redis.sock";
  config.interval_ms = 100;
  config.stop_timeout_ms = 300;
  config.clock = test_clock;
  OK(heartbeat_create(&config, &beat));
  heartbeat_flag* flag = heartbeat_flag_create(beat, "flag");
  OK(heartbeat_check_flag(beat, "flag", HEARTBEAT_CRITICAL, flag, hours));
  heartbeat_schedule_destroy(hours);
  heartbeat_flag_set(flag, 0);
  OK(heartbeat_start(beat));
  wait_for("flag is false");
  put(path, "2026-11-23\n");
  wait_for("1 suppressed");
  unlink(path);
  heartbeat_writer now = HEARTBEAT_WRITER_INIT;
  for (int i = 0; i < 6000 && now.dates_error[0] == 0; ++i) {
    OK(heartbeat_get_writer(beat, &now));
    pause_ms(10);
  }
  CHECK(strstr(now.dates_error, "cannot read /tmp/heartbeat_dates.") != NULL);
  CHECK(status() == HEARTBEAT_HEALTHY && strstr(reason, "1 suppressed") != NULL);
  heartbeat_destroy(beat);
}

static void refusals(void) {
  CHECK(strcmp(heartbeat_last_error(), "") == 0);
  simulate(0);
  heartbeat_flag* flag = heartbeat_flag_create(beat, "flag");
  heartbeat_events* events = heartbeat_errors_create(beat, "events");
  heartbeat_gauge* gauge = heartbeat_gauge_create(beat, "gauge");
  const int c = HEARTBEAT_CRITICAL;
  REFUSED(heartbeat_check_flag(NULL, "a", c, flag, NULL), HEARTBEAT_BAD_ARGUMENT, "beat");
  REFUSED(heartbeat_check_flag(beat, NULL, c, flag, NULL), HEARTBEAT_BAD_ARGUMENT, "name");
  REFUSED(heartbeat_check_flag(beat, "a", c, NULL, NULL), HEARTBEAT_BAD_ARGUMENT, "flag");
  REFUSED(heartbeat_check_flag(beat, "a", 2, flag, NULL), HEARTBEAT_BAD_ARGUMENT, "severity");
  REFUSED(heartbeat_check_flag(beat, "a b", c, flag, NULL), HEARTBEAT_BAD_CONFIG, "'a b'");
  REFUSED(heartbeat_check_within(beat, "a", c, events, 0, NULL), HEARTBEAT_BAD_CONFIG, "0s");
  REFUSED(heartbeat_check_within(beat, "a", c, events, INT64_MAX, NULL), HEARTBEAT_BAD_CONFIG,
          "9223372036854775807ms");
  REFUSED(heartbeat_check_count(beat, "a", c, events, 1000, 6, 1, NULL), HEARTBEAT_BAD_ARGUMENT,
          "comparison");
  REFUSED(heartbeat_check_count(beat, "a", c, events, 1000, HEARTBEAT_LESS, 0, NULL),
          HEARTBEAT_BAD_CONFIG, "would never change");
  REFUSED(heartbeat_check_rate(beat, "a", c, events, 1000, HEARTBEAT_EQUAL, 1, NULL),
          HEARTBEAT_BAD_ARGUMENT, "comparison");
  REFUSED(heartbeat_check_gauge(beat, "a", c, gauge, -1, 1, NULL), HEARTBEAT_BAD_ARGUMENT,
          "comparison");
  REFUSED(heartbeat_check_test(beat, "a", c, NULL, NULL, NULL, (heartbeat_polling){0, 0}, NULL),
          HEARTBEAT_BAD_ARGUMENT, "test");
  REFUSED(heartbeat_report(beat, 4, NULL), HEARTBEAT_BAD_ARGUMENT, "4");
  REFUSED(heartbeat_clock_advance(test_clock, -1), HEARTBEAT_BAD_ARGUMENT, "forward");
  CHECK(heartbeat_flag_create(NULL, "flag") == NULL);
  /* A refused call declares nothing. */
  CHECK(status() == HEARTBEAT_STARTING && strstr(reason, "no check") != NULL);
  heartbeat_destroy(NULL);
  heartbeat_clock_destroy(NULL);
  heartbeat_schedule_destroy(NULL);
}

static void configs(void) {
  heartbeat_config config = HEARTBEAT_CONFIG_INIT;
  heartbeat_beat* made = NULL;
  unsetenv("HEARTBEAT_SERVICE");
  REFUSED(heartbeat_create(&config, &made), HEARTBEAT_BAD_CONFIG, "HEARTBEAT_SERVICE");
  REFUSED(heartbeat_create(NULL, &made), HEARTBEAT_BAD_CONFIG, "HEARTBEAT_SERVICE");
  config.service = "s";
  config.redis_url = "http://:secret@host";
  REFUSED(heartbeat_create(&config, &made), HEARTBEAT_BAD_CONFIG, "http");
  CHECK(strstr(heartbeat_last_error(), "secret") == NULL);
  config.redis_url = NULL;
  config.ttl_ms = 1000;
  REFUSED(heartbeat_create(&config, &made), HEARTBEAT_BAD_CONFIG, "two intervals");
  config.ttl_ms = 0;
  REFUSED(heartbeat_create(&config, NULL), HEARTBEAT_BAD_ARGUMENT, "beat");
  config.size = 0;
  REFUSED(heartbeat_create(&config, &made), HEARTBEAT_BAD_ARGUMENT, "HEARTBEAT_CONFIG_INIT");
  CHECK(made == NULL);

  /* A config from before `file` existed: the library must not read beyond its size. */
  config = (heartbeat_config)HEARTBEAT_CONFIG_INIT;
  config.service = "s";
  config.redis_url = "unix:///nonexistent/redis.sock";
  char file[64];
  snprintf(file, sizeof file, "/tmp/heartbeat_c_test.%d.json", (int)getpid());
  config.file = file;
  config.stop_timeout_ms = 30000;
  for (int knows_it = 0; knows_it < 2; ++knows_it) {
    remove(config.file);
    config.size = knows_it ? sizeof config : offsetof(heartbeat_config, file);
    OK(heartbeat_create(&config, &made));
    OK(heartbeat_start(made));
    heartbeat_destroy(made);
    CHECK((access(config.file, R_OK) == 0) == knows_it);
  }
  remove(config.file);

  /* A config from before `instance` existed, and one with it. */
  for (int knows_it = 0; knows_it < 2; ++knows_it) {
    config.file = NULL;
    config.instance = "a b";
    config.size = knows_it ? sizeof config : offsetof(heartbeat_config, instance);
    const heartbeat_result result = heartbeat_create(&config, &made);
    CHECK(result == (knows_it ? HEARTBEAT_BAD_CONFIG : HEARTBEAT_OK));
    heartbeat_destroy(made);
  }
  CHECK(strstr(heartbeat_last_error(), "instance name 'a b'") != NULL);

  /* A caller with a newer header that uses no new field, and one that does. */
  struct {
    heartbeat_config now;
    const char* later;
  } future = {HEARTBEAT_CONFIG_INIT, NULL};
  future.now.size = sizeof future;
  future.now.service = "s";
  OK(heartbeat_create(&future.now, &made));
  heartbeat_destroy(made);
  future.later = "new";
  REFUSED(heartbeat_create(&future.now, &made), HEARTBEAT_BAD_ARGUMENT, "does not know");
  CHECK(heartbeat_version()[0] != '\0');
  CHECK(heartbeat_commit()[0] != '\0');
  CHECK(strcmp(heartbeat_tls(), "none") == 0 || strncmp(heartbeat_tls(), "OpenSSL ", 8) == 0);
  CHECK(strncmp(heartbeat_libraries(), "hiredis ", 8) == 0);
}

static atomic_int asked, released, verdict;

static int test(void* context, char* why, size_t size) {
  CHECK(context == &asked);
  ++asked;
  if (verdict == -3) snprintf(why, size, "error %d", verdict);
  while (verdict == 99) pause_ms(5);
  return verdict;
}

static void release(void* context) {
  CHECK(context == &asked);
  ++released;
}

static void callbacks(void) {
  run();
  const heartbeat_polling polling = {10, 100};
  REFUSED(
      heartbeat_check_test(beat, "d b", HEARTBEAT_CRITICAL, test, &asked, release, polling, NULL),
      HEARTBEAT_BAD_CONFIG, "'d b'");
  CHECK(released == 1);
  verdict = 1;
  OK(heartbeat_check_test(beat, "db", HEARTBEAT_CRITICAL, test, &asked, release, polling, NULL));
  CHECK(asked == 0);
  OK(heartbeat_start(beat));
  wait_for("1 check passes");
  CHECK(asked > 0);
  verdict = -3;
  wait_for("error -3");
  verdict = -1;
  wait_for("returned -1");
  verdict = 0;
  wait_for("db fail");
  verdict = 1;
  wait_for("1 check passes");
  verdict = 99; /* hangs */
  wait_for("db ");
  heartbeat_stop(beat);
  heartbeat_destroy(beat);
  CHECK(released == 1);
  verdict = 1; /* the abandoned thread returns */
  for (int i = 0; i < 6000 && released == 1; ++i) pause_ms(10);
  CHECK(released == 2);
}

static void questions(void) {
  run();
  heartbeat_question* question = NULL;
  const heartbeat_polling polling = {10, 2000}; /* each state is there for 2 s */
  OK(heartbeat_check_question(beat, "db", HEARTBEAT_CRITICAL, polling, NULL, &question));
  heartbeat_answer(question, 1, NULL); /* nothing was asked: ignored */
  OK(heartbeat_start(beat));
  wait_for("db waiting");
  OK(heartbeat_await(question));
  heartbeat_answer(question, 1, NULL);
  wait_for("1 check passes");
  OK(heartbeat_await(question));
  heartbeat_answer(question, -1, "no route");
  heartbeat_answer(question, 1, NULL); /* twice: ignored */
  wait_for("no route");
  OK(heartbeat_await(question));
  heartbeat_answer(question, 1, NULL);
  wait_for("1 check passes");
  wait_for("db not begun for "); /* nobody waits for the question */
  OK(heartbeat_await(question));
  wait_for("db no answer for ");
  heartbeat_answer(question, 1, NULL);
  wait_for("1 check passes");
  OK(heartbeat_await(question));
  heartbeat_begin(question); /* from now on it says so */
  wait_for("db no answer for ");
  heartbeat_answer(question, 1, NULL);
  wait_for("1 check passes");
  OK(heartbeat_await(question));
  wait_for("the interpreter is busy");
  CHECK(status() == HEARTBEAT_UNHEALTHY);
  heartbeat_stop(beat);
  CHECK(heartbeat_await(question) == HEARTBEAT_STOPPED);
  heartbeat_destroy(beat);
}

static void lines(void) {
  run();
  heartbeat_flag_create(beat, "flag");
  OK(heartbeat_start(beat));
  char line[HEARTBEAT_REASON_SIZE];
  OK(heartbeat_next_line(beat, line, sizeof line));
  CHECK(strstr(line, "/nonexistent/redis.sock") != NULL && strchr(line, '\n') == NULL);
  heartbeat_stop(beat);
  while (heartbeat_next_line(beat, line, sizeof line) == HEARTBEAT_OK) continue;
  CHECK(heartbeat_next_line(beat, line, sizeof line) == HEARTBEAT_STOPPED);
  heartbeat_stop(beat);
  heartbeat_destroy(beat);
}

static void writer(void) {
  run();
  heartbeat_writer before = HEARTBEAT_WRITER_INIT;
  OK(heartbeat_get_writer(beat, &before));
  CHECK(heartbeat_sequence(beat) == 0 && before.failed_writes == 0 && before.last_error[0] == 0);
  OK(heartbeat_start(beat));
  heartbeat_writer now = HEARTBEAT_WRITER_INIT;
  for (int i = 0; i < 6000 && now.failed_writes == 0; ++i) {
    OK(heartbeat_get_writer(beat, &now));
    pause_ms(10);
  }
  CHECK(now.failed_writes > 0 && heartbeat_sequence(beat) >= now.failed_writes);
  CHECK(strstr(now.last_error, "/nonexistent/redis.sock") != NULL);
  CHECK(now.size == sizeof now && now.file_error[0] == 0 && now.lapse[0] == 0 && now.rival[0] == 0);
  CHECK(now.dates_error[0] == 0);
  heartbeat_stop(beat);
  OK(heartbeat_get_writer(beat, &now));
  CHECK(now.failed_writes > 0);

  REFUSED(heartbeat_get_writer(NULL, &now), HEARTBEAT_BAD_ARGUMENT, "beat");
  REFUSED(heartbeat_get_writer(beat, NULL), HEARTBEAT_BAD_ARGUMENT, "writer");
  now.size = 0;
  REFUSED(heartbeat_get_writer(beat, &now), HEARTBEAT_BAD_ARGUMENT, "HEARTBEAT_WRITER_INIT");
  /* A caller with the header of 0.1.0: what lies behind its fields stays unchanged. */
  heartbeat_writer past = HEARTBEAT_WRITER_INIT;
  past.size = offsetof(heartbeat_writer, dates_error);
  past.dates_error[0] = 'x';
  OK(heartbeat_get_writer(beat, &past));
  CHECK(past.failed_writes > 0 && past.dates_error[0] == 'x');
  /* A caller with a newer header: unknown fields stay unchanged. */
  struct {
    heartbeat_writer now;
    int64_t later;
  } future = {HEARTBEAT_WRITER_INIT, 7};
  future.now.size = sizeof future;
  OK(heartbeat_get_writer(beat, &future.now));
  CHECK(future.now.failed_writes > 0 && future.later == 7 && future.now.size == sizeof future);
  heartbeat_destroy(beat);
}

static void stop_in_log(void* stopped, const char* line) {
  (void)line;
  heartbeat_stop(beat);
  atomic_store((atomic_int*)stopped, 1);
}

static void stop_blocked(void* entered, const char* line) {
  (void)line;
  atomic_store((atomic_int*)entered, 1);
  for (;;) pause_ms(1000);
}

/* A log that stops the beat, or that blocks for ever, keeps nobody from ending. */
static void stops(void) {
  const heartbeat_log logs[] = {stop_in_log, stop_blocked};
  for (int i = 0; i < 2; ++i) {
    atomic_int entered = 0;
    heartbeat_config config = HEARTBEAT_CONFIG_INIT;
    config.service = "stops";
    config.redis_url = "unix:///nonexistent/redis.sock";
    config.stop_timeout_ms = 300;
    config.log = logs[i];
    config.log_context = &entered;
    OK(heartbeat_create(&config, &beat));
    OK(heartbeat_start(beat));
    for (int j = 0; j < 6000 && !atomic_load(&entered); ++j) pause_ms(10);
    CHECK(atomic_load(&entered));
    heartbeat_destroy(beat);
  }
}

static void forked(void) {
  run();
  heartbeat_flag* flag = heartbeat_flag_create(beat, "flag");
  OK(heartbeat_start(beat));
  const pid_t child = fork();
  if (child == 0) {
    heartbeat_flag_set(flag, 1);
    REFUSED(heartbeat_start(beat), HEARTBEAT_FORKED, "parent");
    OK(heartbeat_report(beat, HEARTBEAT_HEALTHY, "child"));
    CHECK(heartbeat_flag_create(beat, "other") == NULL);
    REFUSED(heartbeat_check_flag(beat, "flag", HEARTBEAT_CRITICAL, flag, NULL), HEARTBEAT_FORKED,
            "parent");
    heartbeat_question* question;
    REFUSED(heartbeat_check_question(beat, "q", HEARTBEAT_CRITICAL, (heartbeat_polling){0, 0}, NULL,
                                     &question),
            HEARTBEAT_FORKED, "parent");
    CHECK(status() == HEARTBEAT_STARTING);
    heartbeat_writer none = HEARTBEAT_WRITER_INIT;
    OK(heartbeat_get_writer(beat, &none));
    CHECK(none.failed_writes == 0 && heartbeat_sequence(beat) == 0);
    heartbeat_stop(beat);
    heartbeat_destroy(beat);
    _exit(0);
  }
  int ended = -1;
  CHECK(waitpid(child, &ended, 0) == child && WIFEXITED(ended) && WEXITSTATUS(ended) == 0);
  CHECK(heartbeat_flag_value(flag) == 1);
  heartbeat_destroy(beat);

  /* What the parent has not started, the child may. */
  run();
  flag = heartbeat_flag_create(beat, "flag");
  OK(heartbeat_check_flag(beat, "flag", HEARTBEAT_CRITICAL, flag, NULL));
  const pid_t heir = fork();
  if (heir == 0) {
    OK(heartbeat_start(beat));
    heartbeat_flag_set(flag, 1);
    wait_for("1 check passes");
    for (int i = 0; i < 6000 && heartbeat_sequence(beat) == 0; ++i) pause_ms(10);
    CHECK(heartbeat_sequence(beat) > 0);
    heartbeat_destroy(beat);
    _exit(0);
  }
  CHECK(waitpid(heir, &ended, 0) == heir && WIFEXITED(ended) && WEXITSTATUS(ended) == 0);
  CHECK(heartbeat_flag_value(flag) == -1);
  heartbeat_destroy(beat);
}

int main(int argc, char** argv) {
  static const struct {
    const char* name;
    void (*run)(void);
  } cases[] = {{"rules", rules},         {"borders", borders}, {"schedules", schedules},
               {"refusals", refusals},   {"configs", configs}, {"callbacks", callbacks},
               {"questions", questions}, {"lines", lines},     {"writer", writer},
               {"stops", stops},         {"fork", forked},     {"dates", dates}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; ++i)
    if (argc == 2 && strcmp(argv[1], cases[i].name) == 0) {
      cases[i].run();
      return 0;
    }
  fprintf(stderr, "no such case\n");
  return 1;
}
