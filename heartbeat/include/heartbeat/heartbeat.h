#ifndef HEARTBEAT_HEARTBEAT_H
#define HEARTBEAT_HEARTBEAT_H

/* The heartbeat library for C, and for all languages that speak to C.
 *
 *     heartbeat_config config = HEARTBEAT_CONFIG_INIT;
 *     config.service = "ingestion";
 *     heartbeat_beat* beat;
 *     if (heartbeat_create(&config, &beat) != HEARTBEAT_OK) die(heartbeat_last_error());
 *     heartbeat_flag* websocket = heartbeat_flag_create(beat, "websocket");
 *     heartbeat_events* ticks = heartbeat_activity_create(beat, "ticks");
 *
 *     heartbeat_check_flag(beat, "websocket_connected", HEARTBEAT_CRITICAL, websocket, NULL);
 *     heartbeat_check_within(beat, "ticks_received", HEARTBEAT_CRITICAL, ticks, 60000, NULL);
 *     if (heartbeat_start(beat) != HEARTBEAT_OK) die(heartbeat_last_error());
 *     for (;;) { wait_for_tick(); heartbeat_mark(ticks); }
 *
 * What the words mean is said in heartbeat/heartbeat.hpp, source.hpp and
 * schedule.hpp; this header says what is different in C.
 *
 * Text is UTF-8, ends with NUL, is copied and stays the caller's. Durations are
 * milliseconds. A handle is not to be null unless it is said here that it may.
 * Every function may be called from any thread. None throws, raises a signal or
 * waits for Redis, but for heartbeat_stop() and heartbeat_destroy(), which are
 * bounded, and heartbeat_await() and heartbeat_next_line(), which wait for work.
 *
 * A forked child inherits silence: marks, heartbeat_start(), heartbeat_stop(),
 * heartbeat_report() and heartbeat_destroy() are harmless there and do nothing,
 * heartbeat_judge() says `starting`, what declares fails with HEARTBEAT_FORKED,
 * and nobody asks, so heartbeat_await() is not to be called. It may create a beat
 * of its own.
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

/* ---- What a call came to ------------------------------------------------- */

typedef enum heartbeat_result {
  HEARTBEAT_OK = 0,
  HEARTBEAT_BAD_CONFIG = 1,   /* what C++ throws as ConfigError */
  HEARTBEAT_BAD_ARGUMENT = 2, /* a null pointer, or a number that is none of the enum's */
  HEARTBEAT_NO_RESOURCES = 3, /* no memory, thread or descriptor to be had */
  HEARTBEAT_FORKED = 4,       /* the beat belongs to the parent of this process */
  HEARTBEAT_STOPPED = 5       /* the beat has stopped: there is nothing to wait for */
} heartbeat_result;

/* Why this thread's latest call that failed did so, in one line without a secret;
 * "" if none did. Valid until the thread's next call that fails. Never null. */
HEARTBEAT_API const char* heartbeat_last_error(void);

/* The library's version, such as "0.1.0". */
HEARTBEAT_API const char* heartbeat_version(void);

typedef enum heartbeat_status {
  HEARTBEAT_HEALTHY = 0,
  HEARTBEAT_STARTING = 1,
  HEARTBEAT_DEGRADED = 2,
  HEARTBEAT_UNHEALTHY = 3
} heartbeat_status;

/* "healthy", ...; null for a number that is no status. */
HEARTBEAT_API const char* heartbeat_status_name(int status);

/* ---- Clocks, for tests ---------------------------------------------------- */

/* The time by which a beat stamps and judges. A stopped clock moves only when
 * told to, so that a service can test its rules without sleeping or Redis. */
typedef struct heartbeat_clock heartbeat_clock;

/* The machine's clock; advancing it makes all that was stamped before older. */
HEARTBEAT_API heartbeat_result heartbeat_clock_create(heartbeat_clock** clock);

/* `wall_ms`: milliseconds since 1970 (UTC) that it shows to schedules. */
HEARTBEAT_API heartbeat_result heartbeat_clock_create_stopped(int64_t wall_ms,
                                                              heartbeat_clock** clock);

/* Forward only: a negative `by_ms` is a bad argument. */
HEARTBEAT_API heartbeat_result heartbeat_clock_advance(heartbeat_clock* clock, int64_t by_ms);

/* A beat that was given the clock keeps it alive. Null does nothing. */
HEARTBEAT_API void heartbeat_clock_destroy(heartbeat_clock* clock);

/* ---- The beat ------------------------------------------------------------- */

typedef struct heartbeat_beat heartbeat_beat;

/* One line of trouble with Redis or the file; called on a thread of the library's,
 * one call at a time, which waits for it. Never after heartbeat_stop() has returned. */
typedef void (*heartbeat_log)(void* context, const char* line);

/* Begin with HEARTBEAT_CONFIG_INIT and set what is to differ. Null text and the
 * intervals' 0 take the environment variable, then the default, as in C++. */
typedef struct heartbeat_config {
  size_t size;             /* of this struct, as the caller knows it */
  const char* service;     /* HEARTBEAT_SERVICE */
  const char* redis_url;   /* HEARTBEAT_REDIS_URL, REDIS_URL, either with _FILE */
  const char* prefix;      /* HEARTBEAT_PREFIX; "health:" */
  int64_t interval_ms;     /* HEARTBEAT_INTERVAL; 10000 */
  int64_t ttl_ms;          /* HEARTBEAT_TTL; 60000 */
  int64_t start_grace_ms;  /* 0 is no grace */
  int64_t stop_timeout_ms; /* 0 leaves no last document */
  heartbeat_clock* clock;  /* null: the machine's */
  heartbeat_log log;       /* null: see heartbeat_next_line() */
  void* log_context;
  const char* file; /* HEARTBEAT_FILE; none */
} heartbeat_config;

#define HEARTBEAT_CONFIG_INIT \
  {sizeof(heartbeat_config), NULL, NULL, NULL, 0, 0, 60000, 1000, NULL, NULL, NULL, NULL}

/* Reads the environment; does not touch the network. Null: the initial config.
 * A `size` above the library's own is accepted if what it does not know is zero.
 * *beat is null unless this succeeds. */
HEARTBEAT_API heartbeat_result heartbeat_create(const heartbeat_config* config,
                                                heartbeat_beat** beat);

/* Starts to beat; a second call does nothing. */
HEARTBEAT_API heartbeat_result heartbeat_start(heartbeat_beat* beat);

/* Writes a last document, `unhealthy` and `stopped`, ends the threads, and wakes
 * all who wait in heartbeat_await() or heartbeat_next_line(). Blocks for
 * stop_timeout_ms at most. Idempotent; not to be called from a callback. */
HEARTBEAT_API void heartbeat_stop(heartbeat_beat* beat);

/* heartbeat_stop(), and frees the beat with its sources and questions. Nobody may
 * be using any of them, nor wait in a call. Null does nothing. In a forked child
 * nothing is freed: another thread's state may be inside. */
HEARTBEAT_API void heartbeat_destroy(heartbeat_beat* beat);

/* The service's own opinion; see Heartbeat::report. `reason` may be null. Takes a
 * lock that is never held during I/O. */
HEARTBEAT_API heartbeat_result heartbeat_report(heartbeat_beat* beat, int status,
                                                const char* reason);

/* A reason fits, with its NUL. */
#define HEARTBEAT_REASON_SIZE 1024

/* Evaluates everything now; see Heartbeat::judge. At most `size` bytes of the
 * reason are stored, NUL included; `status` and `reason` may be null. */
HEARTBEAT_API heartbeat_result heartbeat_judge(heartbeat_beat* beat, int* status, char* reason,
                                               size_t size);

/* Waits for the next line of trouble with Redis or the file, for those who cannot be called
 * from a foreign thread. The last 64 lines are kept for it. HEARTBEAT_STOPPED
 * once the beat has stopped and all lines are read. */
HEARTBEAT_API heartbeat_result heartbeat_next_line(heartbeat_beat* beat, char* line, size_t size);

/* ---- Sources -------------------------------------------------------------- */

/* They belong to the beat and live as long. Null if there is no memory, or the
 * process is a forked child. The name is for people who read the code. */
typedef struct heartbeat_flag heartbeat_flag;
typedef struct heartbeat_events heartbeat_events;
typedef struct heartbeat_gauge heartbeat_gauge;

HEARTBEAT_API heartbeat_flag* heartbeat_flag_create(heartbeat_beat* beat, const char* name);
HEARTBEAT_API heartbeat_events* heartbeat_activity_create(heartbeat_beat* beat, const char* name);
HEARTBEAT_API heartbeat_events* heartbeat_errors_create(heartbeat_beat* beat, const char* name);
HEARTBEAT_API heartbeat_gauge* heartbeat_gauge_create(heartbeat_beat* beat, const char* name);

/* The hot calls: no lock, no allocation, no check of the handle, and a system call
 * only where the call may change a check's state. They may be called before
 * heartbeat_start() and after heartbeat_stop(), until heartbeat_destroy(). */
HEARTBEAT_API void heartbeat_flag_set(heartbeat_flag* flag, int value);
HEARTBEAT_API void heartbeat_mark(heartbeat_events* events);
HEARTBEAT_API void heartbeat_mark_n(heartbeat_events* events, uint64_t n);
HEARTBEAT_API void heartbeat_gauge_set(heartbeat_gauge* gauge, double value);
HEARTBEAT_API void heartbeat_gauge_add(heartbeat_gauge* gauge, double by);

/* 1 or 0 as last set, -1 if it was never set. */
HEARTBEAT_API int heartbeat_flag_value(const heartbeat_flag* flag);
/* All events ever marked. */
HEARTBEAT_API uint64_t heartbeat_total(const heartbeat_events* events);
/* 0 until set or added to. */
HEARTBEAT_API double heartbeat_gauge_value(const heartbeat_gauge* gauge);

/* ---- Schedules ------------------------------------------------------------ */

/* Weekly sessions in a time zone, such as "Mon-Fri 09:15-15:30 Asia/Kolkata". */
typedef struct heartbeat_schedule heartbeat_schedule;

/* `holidays`: `count` dates, YYYY-MM-DD; may be null if there are none. */
HEARTBEAT_API heartbeat_result heartbeat_schedule_create(const char* text,
                                                         const char* const* holidays, size_t count,
                                                         heartbeat_schedule** schedule);

/* What holds at a moment, in seconds since 1970 (UTC). `changed`: when it last
 * opened (open) or closed; `changes`: when it next closes (open) or opens; if not
 * within 15 days, INT64_MIN and INT64_MAX. Each pointer may be null. */
HEARTBEAT_API heartbeat_result heartbeat_schedule_at(const heartbeat_schedule* schedule,
                                                     int64_t moment, int* open, int64_t* changed,
                                                     int64_t* changes);

/* A check that was given the schedule keeps what it needs. Null does nothing. */
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

/* All checks are declared before heartbeat_start(). `during` may be null: always.
 * Otherwise the check counts only within its sessions. A source must be one of
 * the same beat. What is refused is refused as in C++. */

/* The flag must be true. */
HEARTBEAT_API heartbeat_result heartbeat_check_flag(heartbeat_beat* beat, const char* name,
                                                    int severity, heartbeat_flag* flag,
                                                    const heartbeat_schedule* during);

/* The last event must be less than `limit_ms` ago. */
HEARTBEAT_API heartbeat_result heartbeat_check_within(heartbeat_beat* beat, const char* name,
                                                      int severity, heartbeat_events* events,
                                                      int64_t limit_ms,
                                                      const heartbeat_schedule* during);

/* The events of the last `window_ms`, compared with `n`; exact. */
HEARTBEAT_API heartbeat_result heartbeat_check_count(heartbeat_beat* beat, const char* name,
                                                     int severity, heartbeat_events* events,
                                                     int64_t window_ms, int comparison, uint64_t n,
                                                     const heartbeat_schedule* during);

/* Events a second over the last `window_ms`, compared with `bound` by one of the
 * first four comparisons. */
HEARTBEAT_API heartbeat_result heartbeat_check_rate(heartbeat_beat* beat, const char* name,
                                                    int severity, heartbeat_events* events,
                                                    int64_t window_ms, int comparison, double bound,
                                                    const heartbeat_schedule* during);

/* The gauge's value, compared with `bound`. */
HEARTBEAT_API heartbeat_result heartbeat_check_gauge(heartbeat_beat* beat, const char* name,
                                                     int severity, heartbeat_gauge* gauge,
                                                     int comparison, double bound,
                                                     const heartbeat_schedule* during);

/* How often a test is asked, and how long it may take. 0 is the default: 10 s
 * and 5 s. */
typedef struct heartbeat_polling {
  int64_t every_ms;
  int64_t limit_ms;
} heartbeat_polling;

/* Nonzero: success. On failure it may say why: up to `size` bytes in `why`, NUL
 * included, of which the document shows 100. */
typedef int (*heartbeat_test)(void* context, char* why, size_t size);

/* The test must succeed in time. It is called on a thread of its own that blocks
 * every signal; one that hangs fails, and hinders nothing else. It may still be
 * running after heartbeat_destroy(): `release`, if not null, is called with the
 * context once it is certain that the test is not and will not be called, and if
 * this function fails, too. It must not throw. */
HEARTBEAT_API heartbeat_result heartbeat_check_test(heartbeat_beat* beat, const char* name,
                                                    int severity, heartbeat_test test,
                                                    void* context, void (*release)(void* context),
                                                    heartbeat_polling polling,
                                                    const heartbeat_schedule* during);

/* The same test, for those who cannot be called from a foreign thread (a language
 * with a lock around its interpreter): they wait for the question on a thread of
 * theirs, and answer it. No answer in time fails. */
typedef struct heartbeat_question heartbeat_question;

/* *question belongs to the beat and lives as long. */
HEARTBEAT_API heartbeat_result heartbeat_check_question(heartbeat_beat* beat, const char* name,
                                                        int severity, heartbeat_polling polling,
                                                        const heartbeat_schedule* during,
                                                        heartbeat_question** question);

/* Waits until the question is asked: HEARTBEAT_OK, and it wants one answer; or
 * until the beat stops: HEARTBEAT_STOPPED. */
HEARTBEAT_API heartbeat_result heartbeat_await(heartbeat_question* question);

/* `why` says why there is no success; may be null. An answer to what was not
 * asked, or comes twice, is ignored. */
HEARTBEAT_API void heartbeat_answer(heartbeat_question* question, int success, const char* why);

#ifdef __cplusplus
}
#endif

#endif
