#ifndef HEARTBEAT_HEARTBEAT_H
#define HEARTBEAT_HEARTBEAT_H

/* The heartbeat library for C, and for every language that can call C.
 *
 *     heartbeat_config config = HEARTBEAT_CONFIG_INIT;
 *     config.service = "ingestion";
 *     heartbeat_beat* beat;
 *     heartbeat_schedule* market_hours;
 *     if (heartbeat_create(&config, &beat) != HEARTBEAT_OK) die(heartbeat_last_error());
 *     if (heartbeat_schedule_create("Mon-Fri 09:15-15:30 Asia/Kolkata", NULL, 0, &market_hours) !=
 *         HEARTBEAT_OK)
 *       die(heartbeat_last_error());
 *     heartbeat_flag* websocket = heartbeat_flag_create(beat, "websocket");
 *     heartbeat_events* ticks = heartbeat_activity_create(beat, "ticks");
 *
 *     heartbeat_check_flag(beat, "websocket_connected", HEARTBEAT_CRITICAL, websocket, NULL);
 *     heartbeat_check_within(beat, "ticks_received", HEARTBEAT_CRITICAL, ticks, 60000,
 * market_hours); if (heartbeat_start(beat) != HEARTBEAT_OK) die(heartbeat_last_error()); for (;;) {
 * wait_for_tick(); heartbeat_mark(ticks); }
 *
 * heartbeat/heartbeat.hpp, source.hpp and schedule.hpp are the manual of sources, checks and
 * schedules; this header states what is different in C.
 *
 * Text is UTF-8 and ends with NUL; the library copies it. Durations are milliseconds. An int that
 * means true or false is true if it is positive: -1, with which many C functions fail, is false. A
 * handle must not be null unless its function says so. Every function may be called from any
 * thread. No function throws, raises a signal or waits for Redis. heartbeat_stop() and
 * heartbeat_destroy() block for a limited time; heartbeat_await() and heartbeat_next_line()
 * block until there is work.
 *
 * In a forked child, marks count for the parent's beat. Otherwise an inherited beat is silent:
 * heartbeat_stop(), heartbeat_report() and heartbeat_destroy() do nothing, heartbeat_judge() says
 * `starting`, heartbeat_get_writer() and heartbeat_sequence() say 0, creating a source or a check
 * fails with HEARTBEAT_FORKED, and heartbeat_await() must not be called. heartbeat_start() fails
 * with HEARTBEAT_FORKED if the parent had started the beat. If not, it becomes the child's own,
 * with copies of the sources. The child may also create another beat.
 *
 * The interface only grows: a program built with this header runs with every
 * later libheartbeat.so of the same SONAME. */

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define HEARTBEAT_API __attribute__((visibility("default")))
#else
#define HEARTBEAT_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Results -------------------------------------------------------------- */

typedef enum heartbeat_result {
  HEARTBEAT_OK = 0,
  HEARTBEAT_BAD_CONFIG = 1,   /* where C++ throws ConfigError */
  HEARTBEAT_BAD_ARGUMENT = 2, /* a null pointer, or a number that the enum does not have */
  HEARTBEAT_NO_RESOURCES = 3, /* no memory, thread or descriptor is left */
  HEARTBEAT_FORKED = 4,       /* the beat belongs to the parent of this process */
  HEARTBEAT_STOPPED = 5       /* the beat has stopped: nothing will come */
} heartbeat_result;

/* Why the latest failed call of this thread failed, in one line without a secret; "" if no call
 * failed. Valid until the thread's next failed call. Never null. */
HEARTBEAT_API const char* heartbeat_last_error(void);

/* The library's version, such as "0.2.0". */
HEARTBEAT_API const char* heartbeat_version(void);
/* The commit it was built from; "unknown" if its sources were no checkout. */
HEARTBEAT_API const char* heartbeat_commit(void);
/* The OpenSSL that it uses, such as "OpenSSL 3.0.19 27 Jan 2026"; or "none". */
HEARTBEAT_API const char* heartbeat_tls(void);
/* What else is in it, such as "hiredis 0.14.1, fmt 9.1.0, nlohmann-json 3.11.2". */
HEARTBEAT_API const char* heartbeat_libraries(void);

typedef enum heartbeat_status {
  HEARTBEAT_HEALTHY = 0,
  HEARTBEAT_STARTING = 1,
  HEARTBEAT_DEGRADED = 2,
  HEARTBEAT_UNHEALTHY = 3
} heartbeat_status;

/* "healthy", "starting", "degraded" or "unhealthy"; null for a number that is not a status. */
HEARTBEAT_API const char* heartbeat_status_name(int status);

/* ---- Clocks, for tests ---------------------------------------------------- */

/* The clock with which a beat stamps events and evaluates checks. A stopped clock moves only by
 * heartbeat_clock_advance(): a service can test its checks without sleeping and without Redis. */
typedef struct heartbeat_clock heartbeat_clock;

/* The machine's clock. Advancing it makes every earlier event older. */
HEARTBEAT_API heartbeat_result heartbeat_clock_create(heartbeat_clock** clock);

/* `wall_ms`: the wall time for schedules, in milliseconds since 1970 (UTC). */
HEARTBEAT_API heartbeat_result heartbeat_clock_create_stopped(int64_t wall_ms,
                                                              heartbeat_clock** clock);

/* Forward only: a negative `by_ms` is a bad argument. */
HEARTBEAT_API heartbeat_result heartbeat_clock_advance(heartbeat_clock* clock, int64_t by_ms);

/* A beat created with the clock keeps it alive. Null does nothing. */
HEARTBEAT_API void heartbeat_clock_destroy(heartbeat_clock* clock);

/* ---- The beat ------------------------------------------------------------- */

typedef struct heartbeat_beat heartbeat_beat;

/* Receives one line about trouble with Redis or the file. Called by a thread of the library, one
 * call at a time; the thread waits for it. It may call heartbeat_stop(), but not
 * heartbeat_destroy(). Never called after heartbeat_stop() has returned; a call that blocks for
 * longer than stop_timeout_ms may not have ended then. */
typedef void (*heartbeat_log)(void* context, const char* line);

/* Begin with HEARTBEAT_CONFIG_INIT and change fields. Null text, and 0 for interval_ms and
 * ttl_ms, take the environment variable, then the default, as in C++. */
typedef struct heartbeat_config {
  size_t size;             /* of this struct in the caller's header */
  const char* service;     /* HEARTBEAT_SERVICE */
  const char* redis_url;   /* HEARTBEAT_REDIS_URL, REDIS_URL, either with _FILE; "none": no Redis */
  const char* prefix;      /* HEARTBEAT_PREFIX; "health:" */
  int64_t interval_ms;     /* HEARTBEAT_INTERVAL; 10000 */
  int64_t ttl_ms;          /* HEARTBEAT_TTL; 60000 */
  int64_t start_grace_ms;  /* 0 is no grace */
  int64_t stop_timeout_ms; /* 0 leaves no last document */
  heartbeat_clock* clock;  /* null: the machine's */
  heartbeat_log log;       /* null: see heartbeat_next_line() */
  void* log_context;
  const char* file;     /* HEARTBEAT_FILE; none */
  const char* instance; /* HEARTBEAT_INSTANCE; none. The name of this replica; %h: host name */
  int64_t log_changes;  /* 1: each change of the status is a line of the log too */
} heartbeat_config;

#define HEARTBEAT_CONFIG_INIT \
  {sizeof(heartbeat_config), NULL, NULL, NULL, 0, 0, 60000, 1000, NULL, NULL, NULL, NULL, NULL, 0}

/* Reads the environment; does not touch the network. A null config is HEARTBEAT_CONFIG_INIT. A
 * config larger than the library's is accepted if the unknown fields are zero. *beat is null
 * unless the call succeeds. */
HEARTBEAT_API heartbeat_result heartbeat_create(const heartbeat_config* config,
                                                heartbeat_beat** beat);

/* Starts to beat. HEARTBEAT_NO_RESOURCES if a thread is refused: it can then be repeated. After a
 * success, a second call does nothing. */
HEARTBEAT_API heartbeat_result heartbeat_start(heartbeat_beat* beat);

/* Writes a last document, `unhealthy` and `stopped`, ends the threads, and ends every wait in
 * heartbeat_await() and heartbeat_next_line(). Blocks for stop_timeout_ms at most. Idempotent. In
 * a log or a test that the library calls, it returns before that thread has ended. */
HEARTBEAT_API void heartbeat_stop(heartbeat_beat* beat);

/* heartbeat_stop(), then frees the beat with its sources and questions. No other thread may use
 * them or wait in a call. Null does nothing. In a forked child nothing is freed: the state of
 * another thread may be inside. */
HEARTBEAT_API void heartbeat_destroy(heartbeat_beat* beat);

/* Sets the service's own opinion; see Heartbeat::report. `reason` may be null. Takes a lock that is
 * never held during I/O. */
HEARTBEAT_API heartbeat_result heartbeat_report(heartbeat_beat* beat, int status,
                                                const char* reason);

/* A buffer of this size holds every reason with its NUL. */
#define HEARTBEAT_REASON_SIZE 1024

/* Evaluates every check now; see Heartbeat::judge. Stores at most `size` bytes of the reason, NUL
 * included. `status` and `reason` may be null. */
HEARTBEAT_API heartbeat_result heartbeat_judge(heartbeat_beat* beat, int* status, char* reason,
                                               size_t size);

/* Waits for the next line about trouble with Redis or the file: for languages whose code a
 * foreign thread must not call. Only without config.log; the last 64 lines are kept.
 * HEARTBEAT_STOPPED once the beat has stopped and every line is read. */
HEARTBEAT_API heartbeat_result heartbeat_next_line(heartbeat_beat* beat, char* line, size_t size);

#define HEARTBEAT_TEXT_SIZE 256

/* The writer's condition since heartbeat_start(), as the document shows it: struct Writer in
 * heartbeat/writer.hpp describes each field. Begin with HEARTBEAT_WRITER_INIT. */
typedef struct heartbeat_writer {
  size_t size; /* of this struct in the caller's header */
  uint64_t late_beats;
  uint64_t failed_writes;
  uint64_t reconnects;
  uint64_t vanished;
  int64_t lateness_ms;
  int64_t worst_lateness_ms;
  int64_t last_write_ms;
  int64_t suspended_ms;
  char last_error[HEARTBEAT_TEXT_SIZE];  /* "" if no write to Redis failed */
  char file_error[HEARTBEAT_TEXT_SIZE];  /* "" if the newest write to the file succeeded */
  char lapse[HEARTBEAT_TEXT_SIZE];       /* "" if the thread did not stall */
  char rival[HEARTBEAT_TEXT_SIZE];       /* "" if no other process writes the key */
  char dates_error[HEARTBEAT_TEXT_SIZE]; /* "" if every file of dates is read */
} heartbeat_writer;

#define HEARTBEAT_WRITER_INIT {sizeof(heartbeat_writer), 0, 0, 0, 0, 0, 0, 0, 0, "", "", "", "", ""}

/* Fills *writer; see Heartbeat::writer. Also after heartbeat_stop(). Takes a lock that is never
 * held during I/O. HEARTBEAT_BAD_ARGUMENT if `size` is not set. */
HEARTBEAT_API heartbeat_result heartbeat_get_writer(const heartbeat_beat* beat,
                                                    heartbeat_writer* writer);

/* How many documents the beat has tried to write to Redis. The number grows while the beat
 * runs. Takes no lock. */
HEARTBEAT_API uint64_t heartbeat_sequence(const heartbeat_beat* beat);

/* ---- Sources -------------------------------------------------------------- */

/* Sources belong to the beat and live as long as the beat. A create function returns null if
 * there is no memory, or in a forked child. The name is for people who read the code. */
typedef struct heartbeat_flag heartbeat_flag;
typedef struct heartbeat_events heartbeat_events;
typedef struct heartbeat_gauge heartbeat_gauge;

HEARTBEAT_API heartbeat_flag* heartbeat_flag_create(heartbeat_beat* beat, const char* name);
HEARTBEAT_API heartbeat_events* heartbeat_activity_create(heartbeat_beat* beat, const char* name);
HEARTBEAT_API heartbeat_events* heartbeat_errors_create(heartbeat_beat* beat, const char* name);
HEARTBEAT_API heartbeat_gauge* heartbeat_gauge_create(heartbeat_beat* beat, const char* name);

/* The hot path: no lock, no allocation, no check of the handle, and a system call only if the call
 * may change a check's state. Allowed before heartbeat_start() and after heartbeat_stop(), until
 * heartbeat_destroy(). */
HEARTBEAT_API void heartbeat_flag_set(heartbeat_flag* flag, int value);
/* Sets the flag to false and keeps why, such as "HTTP 403", until it is true: the check's text
 * shows it. Cut to 120 bytes; null is no reason. */
HEARTBEAT_API void heartbeat_flag_set_false(heartbeat_flag* flag, const char* reason);
HEARTBEAT_API void heartbeat_mark(heartbeat_events* events);
/* A number above INT64_MAX, such as -1, marks nothing. */
HEARTBEAT_API void heartbeat_mark_n(heartbeat_events* events, uint64_t n);
HEARTBEAT_API void heartbeat_gauge_set(heartbeat_gauge* gauge, double value);
HEARTBEAT_API void heartbeat_gauge_add(heartbeat_gauge* gauge, double by);

/* 1 or 0 as last set; -1 if it was never set. */
HEARTBEAT_API int heartbeat_flag_value(const heartbeat_flag* flag);
/* The number of events ever marked. */
HEARTBEAT_API uint64_t heartbeat_total(const heartbeat_events* events);
/* 0 until set or added to. */
HEARTBEAT_API double heartbeat_gauge_value(const heartbeat_gauge* gauge);

/* ---- Schedules ------------------------------------------------------------ */

/* Weekly sessions in a time zone, such as "Mon-Fri 09:15-15:30 Asia/Kolkata". */
typedef struct heartbeat_schedule heartbeat_schedule;

/* `dates`: `count` dates that differ from the week, such as "2026-01-26" (a holiday),
 * "2026-02-01 09:15-15:30", or "@/etc/nse.dates" (a file of them, which a started beat reads again
 * when it changes); may be null if `count` is 0. */
HEARTBEAT_API heartbeat_result heartbeat_schedule_create(const char* text, const char* const* dates,
                                                         size_t count,
                                                         heartbeat_schedule** schedule);

/* Whether the schedule is open at `moment`. Times are seconds since 1970 (UTC). `changed`: when it
 * last opened (if open) or closed; INT64_MIN if that is more than 15 days ago. `changes`: when it
 * next closes (if open) or opens; INT64_MAX if that is more than 15 days away. Each pointer may be
 * null. */
HEARTBEAT_API heartbeat_result heartbeat_schedule_at(const heartbeat_schedule* schedule,
                                                     int64_t moment, int* open, int64_t* changed,
                                                     int64_t* changes);

/* A zone that the system does not have is looked up in this folder. */
HEARTBEAT_API heartbeat_result heartbeat_set_last_time_zone_folder(const char* folder);

/* A check declared with the schedule keeps its own copy. Null does nothing. */
HEARTBEAT_API void heartbeat_schedule_destroy(heartbeat_schedule* schedule);

/* ---- Checks --------------------------------------------------------------- */

typedef enum heartbeat_severity {
  HEARTBEAT_WARNING = 0, /* failing makes the service degraded */
  HEARTBEAT_CRITICAL = 1 /* failing makes the service unhealthy */
} heartbeat_severity;

typedef enum heartbeat_comparison {
  HEARTBEAT_LESS = 0,
  HEARTBEAT_LESS_EQUAL = 1,
  HEARTBEAT_GREATER = 2,
  HEARTBEAT_GREATER_EQUAL = 3,
  HEARTBEAT_EQUAL = 4,
  HEARTBEAT_NOT_EQUAL = 5
} heartbeat_comparison;

/* Declare every check before heartbeat_start(). With `during` the check counts only within the
 * schedule's sessions, with null always. The source must belong to the same beat. The limits are
 * those of C++. */

/* The flag must be true. */
HEARTBEAT_API heartbeat_result heartbeat_check_flag(heartbeat_beat* beat, const char* name,
                                                    int severity, heartbeat_flag* flag,
                                                    const heartbeat_schedule* during);

/* The last event must be less than `limit_ms` ago. */
HEARTBEAT_API heartbeat_result heartbeat_check_within(heartbeat_beat* beat, const char* name,
                                                      int severity, heartbeat_events* events,
                                                      int64_t limit_ms,
                                                      const heartbeat_schedule* during);

/* The number of events in the last `window_ms`, compared with `n`; exact. */
HEARTBEAT_API heartbeat_result heartbeat_check_count(heartbeat_beat* beat, const char* name,
                                                     int severity, heartbeat_events* events,
                                                     int64_t window_ms, int comparison, uint64_t n,
                                                     const heartbeat_schedule* during);

/* Events a second over the last `window_ms`, compared with `bound`: by HEARTBEAT_LESS,
 * HEARTBEAT_LESS_EQUAL, HEARTBEAT_GREATER or HEARTBEAT_GREATER_EQUAL. */
HEARTBEAT_API heartbeat_result heartbeat_check_rate(heartbeat_beat* beat, const char* name,
                                                    int severity, heartbeat_events* events,
                                                    int64_t window_ms, int comparison, double bound,
                                                    const heartbeat_schedule* during);

/* The gauge's value, compared with `bound`. */
HEARTBEAT_API heartbeat_result heartbeat_check_gauge(heartbeat_beat* beat, const char* name,
                                                     int severity, heartbeat_gauge* gauge,
                                                     int comparison, double bound,
                                                     const heartbeat_schedule* during);

/* The pause between two calls of a test, and how long a call may take. 0 is the default: 10 s and
 * 5 s. */
typedef struct heartbeat_polling {
  int64_t every_ms;
  int64_t limit_ms;
} heartbeat_polling;

/* Returns 1 for success, 0 or a negative number for failure. A failed test may store the reason in
 * `why`: at most `size` bytes, NUL included; the document shows 100. */
typedef int (*heartbeat_test)(void* context, char* why, size_t size);

/* The test must succeed in time. It is called on a thread of its own that blocks every signal; a
 * test that hangs fails and delays nothing else. It must not throw. It may still be running after
 * heartbeat_destroy(). `release`, if not null, is called with the context once the test is not
 * running and will not be called again, and also if this function fails. */
HEARTBEAT_API heartbeat_result heartbeat_check_test(heartbeat_beat* beat, const char* name,
                                                    int severity, heartbeat_test test,
                                                    void* context, void (*release)(void* context),
                                                    heartbeat_polling polling,
                                                    const heartbeat_schedule* during);

/* A test for languages whose code a foreign thread must not call, such as a language with a lock
 * around its interpreter. A thread of the caller waits for the question and answers it. The
 * check fails if the answer does not come in time. */
typedef struct heartbeat_question heartbeat_question;

/* *question belongs to the beat and lives as long as the beat; null unless the call succeeds. */
HEARTBEAT_API heartbeat_result heartbeat_check_question(heartbeat_beat* beat, const char* name,
                                                        int severity, heartbeat_polling polling,
                                                        const heartbeat_schedule* during,
                                                        heartbeat_question** question);

/* Waits until the question is asked (HEARTBEAT_OK: answer it once) or the beat stops
 * (HEARTBEAT_STOPPED). */
HEARTBEAT_API heartbeat_result heartbeat_await(heartbeat_question* question);

/* Says, after heartbeat_await(), that the test begins. Optional: the check's text can then tell an
 * interpreter that is too busy to begin a test from a test that hangs. */
HEARTBEAT_API void heartbeat_begin(heartbeat_question* question);

/* `why`: the reason of a failure; may be null. An answer without a question, and a second answer
 * to one question, are ignored. */
HEARTBEAT_API void heartbeat_answer(heartbeat_question* question, int success, const char* why);

#ifdef __cplusplus
}
#endif

#endif
