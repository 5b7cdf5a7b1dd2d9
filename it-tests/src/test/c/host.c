/*
 * A process that serves models as tritonserver does, without a Java virtual machine of its own, and
 * takes its requests from standard input instead of the network. As tritonserver's main does, it
 * loads backends and models first and installs its signal handlers afterwards.
 *
 *   host --library FILE --repository DIRECTORY --backends DIRECTORY [--load MODEL]...
 *        [--backend-config NAME,KEY=VALUE]... [--exit-timeout SECONDS] [--until-end-of-input]
 *
 * Standard input has one command a line, words separated by tabs:
 *   infer ID MODEL INPUT...   see requests.h
 *   cancel ID
 *   index | load MODEL | unload MODEL
 *   handler    says where the kernel finds the handler of SIGSEGV
 *   steal      installs this process's handler of SIGSEGV once more
 * What happens is on standard output, see events.h. SIGINT and SIGTERM end it; the end of its input
 * does where that is wanted, so that it does not outlive who started it. Exits with 0 where every
 * request was answered to its end and given back once, with 1 where that is not so, with 2 or 3
 * where it cannot go on.
 */
#include "events.h"
#include "requests.h"
#include "triton.h"

#include <dlfcn.h>
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static TRITONSERVER_Server *server;
static bool until_end_of_input;

/* ---- Signals -------------------------------------------------------------------------------- */
typedef void (*handler)(int);

static int exit_pipe[2];

static void on_exit_signal(int number) {
  int before = errno;
  char byte = (char)number;
  (void)!write(exit_pipe[1], &byte, 1);
  errno = before;
}

static void on_fatal_signal(int number) {
  static const char SEGV[] = "host: Signal (11) received\n";
  static const char ABRT[] = "host: Signal (6) received\n";
  const char *text = number == SIGSEGV ? SEGV : ABRT;
  (void)!write(STDERR_FILENO, text, strlen(text));
  signal(number, SIG_DFL);
  raise(number);
}

/* The library in which a handler is; NULL for a default one. */
static const char *library_of(handler of) {
  void *address;
  Dl_info info;
  memcpy(&address, &of, sizeof address);
  if (of == SIG_DFL || of == SIG_IGN || dladdr(address, &info) == 0) {
    return NULL;
  }
  const char *slash = strrchr(info.dli_fname, '/');
  return slash == NULL ? info.dli_fname : slash + 1;
}

/* As tritonserver's RegisterSignalHandler does. */
static void install_handlers(void) {
  if (pipe(exit_pipe) != 0) {
    perror("host");
    exit(2);
  }
  signal(SIGINT, on_exit_signal);
  signal(SIGTERM, on_exit_signal);
  handler before = signal(SIGSEGV, on_fatal_signal);
  signal(SIGABRT, on_fatal_signal);
  signal(SIGPIPE, SIG_IGN);
  struct event event;
  event_begin(&event, "installed");
  event_string(&event, "replaced", library_of(before));
  event_end(&event);
}

/* Asks the kernel itself: a preloaded library may answer for sigaction. */
static void say_handler(void) {
  struct {
    handler handler;
    unsigned long flags;
    void (*restorer)(void);
    unsigned long mask;
  } now;
  if (syscall(SYS_rt_sigaction, SIGSEGV, NULL, &now, sizeof now.mask) != 0) {
    perror("host");
    exit(2);
  }
  struct event event;
  event_begin(&event, "handler");
  event_string(&event, "library", library_of(now.handler));
  event_end(&event);
}

/* ---- The server ----------------------------------------------------------------------------- */
/* NAME,KEY=VALUE */
static void set_backend_config(TRITONSERVER_ServerOptions *options, char *text) {
  char *key = strchr(text, ',');
  char *value = key == NULL ? NULL : strchr(key, '=');
  if (value == NULL) {
    fprintf(stderr, "host: --backend-config=%s\n", text);
    exit(2);
  }
  *key++ = '\0';
  *value++ = '\0';
  check(triton.ServerOptionsSetBackendConfig(options, text, key, value), "--backend-config");
}

static void set_defaults(TRITONSERVER_ServerOptions *options) {
  check(triton.ServerOptionsSetModelControlMode(options, TRITONSERVER_MODEL_CONTROL_NONE), "mode");
  /* The core's own default is not tritonserver's: it would try again for ever. */
  check(triton.ServerOptionsSetModelLoadRetryCount(options, 0), "retries");
  check(triton.ServerOptionsSetStrictModelConfig(options, false), "auto-completion");
  check(triton.ServerOptionsSetExitOnError(options, false), "exit on error");
  check(triton.ServerOptionsSetExitTimeout(options, 30), "exit timeout");
  check(triton.ServerOptionsSetGpuMetrics(options, false), "metrics");
  check(triton.ServerOptionsSetCpuMetrics(options, false), "metrics");
  check(triton.ServerOptionsSetPinnedMemoryPoolByteSize(options, 0), "pinned memory");
}

static void set_option(TRITONSERVER_ServerOptions *options, int name, char *value) {
  switch (name) {
    case 'r':
      check(triton.ServerOptionsSetModelRepositoryPath(options, value), "--repository");
      return;
    case 'b':
      check(triton.ServerOptionsSetBackendDirectory(options, value), "--backends");
      return;
    case 'm':
      check(triton.ServerOptionsSetModelControlMode(options, TRITONSERVER_MODEL_CONTROL_EXPLICIT),
          "--load");
      check(triton.ServerOptionsSetStartupModel(options, value), "--load");
      return;
    case 'c':
      set_backend_config(options, value);
      return;
    case 't':
      check(triton.ServerOptionsSetExitTimeout(options, (unsigned)atoi(value)), "--exit-timeout");
      return;
    case 'e':
      until_end_of_input = true;
      return;
    default:
      exit(2);
  }
}

static void start_server(int count, char **arguments) {
  static const struct option OPTIONS[] = {
      {"library", required_argument, NULL, 'l'},
      {"repository", required_argument, NULL, 'r'},
      {"backends", required_argument, NULL, 'b'},
      {"load", required_argument, NULL, 'm'},
      {"backend-config", required_argument, NULL, 'c'},
      {"exit-timeout", required_argument, NULL, 't'},
      {"until-end-of-input", no_argument, NULL, 'e'},
      {NULL, 0, NULL, 0},
  };
  TRITONSERVER_ServerOptions *options = NULL;
  for (int name; (name = getopt_long(count, arguments, "", OPTIONS, NULL)) != -1;) {
    if (name == 'l') {
      triton_open(optarg);
      check(triton.ServerOptionsNew(&options), "making options");
      set_defaults(options);
    } else if (options == NULL) {
      fprintf(stderr, "host: --library comes first\n");
      exit(2);
    } else {
      set_option(options, name, optarg);
    }
  }
  if (options == NULL) {
    fprintf(stderr, "host: --library is missing\n");
    exit(2);
  }
  check(triton.ServerNew(&server, options), "starting the server");
  check(triton.ServerOptionsDelete(options), "deleting options");
}

/* ---- Commands ------------------------------------------------------------------------------- */
/* Says whether something was done, and if not, why. */
static void done(const char *command, TRITONSERVER_Error *error) {
  struct event event;
  event_begin(&event, command);
  event_string(&event, "error", error == NULL ? NULL : triton.ErrorMessage(error));
  event_end(&event);
  if (error != NULL) {
    triton.ErrorDelete(error);
  }
}

static void say_index(void) {
  TRITONSERVER_Message *message = NULL;
  const char *json;
  size_t bytes;
  struct event event;
  check(triton.ServerModelIndex(server, 0, &message), "reading the index");
  check(triton.MessageSerializeToJson(message, &json, &bytes), "reading the index");
  event_begin(&event, "index");
  fprintf(event.out, ", \"models\": %.*s", (int)bytes, json);
  event_end(&event);
  check(triton.MessageDelete(message), "deleting the index");
}

static void run(char *line) {
  char *rest = NULL;
  const char *command = strtok_r(line, "\t", &rest);
  if (command == NULL) {
    return;
  }
  if (strcmp(command, "infer") == 0) {
    requests_start(rest);
  } else if (strcmp(command, "cancel") == 0) {
    requests_cancel(rest);
  } else if (strcmp(command, "index") == 0) {
    say_index();
  } else if (strcmp(command, "load") == 0) {
    done("load", triton.ServerLoadModel(server, rest));
  } else if (strcmp(command, "unload") == 0) {
    done("unload", triton.ServerUnloadModel(server, rest));
  } else if (strcmp(command, "handler") == 0) {
    say_handler();
  } else if (strcmp(command, "steal") == 0) {
    signal(SIGSEGV, on_fatal_signal);
  } else {
    fprintf(stderr, "host: no command '%s'\n", command);
    exit(2);
  }
}

/* What was read and not run yet. */
static struct {
  char *bytes;
  size_t length;
  size_t room;
} input;

/* Reads what there is and runs what is complete; returns false at the end of the input. */
static bool read_commands(void) {
  if (input.room - input.length < BUFSIZ) {
    input.room = 2 * input.room + BUFSIZ;
    input.bytes = realloc(input.bytes, input.room);
    if (input.bytes == NULL) {
      abort();
    }
  }
  ssize_t more = read(STDIN_FILENO, input.bytes + input.length, input.room - input.length);
  if (more <= 0) {
    return more < 0 && errno == EINTR;
  }
  /* Only what is new can hold the end of the first line. */
  size_t from = input.length;
  input.length += (size_t)more;
  for (char *end; (end = memchr(input.bytes + from, '\n', input.length - from)) != NULL;) {
    *end = '\0';
    run(input.bytes);
    input.length -= (size_t)(end + 1 - input.bytes);
    memmove(input.bytes, end + 1, input.length);
    from = 0;
  }
  return true;
}

/* Until a signal says that it is enough. */
static void serve(void) {
  struct pollfd from[] = {{exit_pipe[0], POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
  bool ended = false;
  while (from[0].revents == 0 && !(ended && until_end_of_input)) {
    if (poll(from, 2, -1) > 0 && from[0].revents == 0 && from[1].revents != 0
        && !read_commands()) {
      ended = true;
      from[1].fd = -1;
    }
  }
  free(input.bytes);
}

int main(int count, char **arguments) {
  events_open();
  start_server(count, arguments);
  install_handlers();
  requests_open(server);
  say_index();
  serve();
  struct event event;
  event_begin(&event, "stopping");
  event_end(&event);
  check(triton.ServerStop(server), "stopping the server");
  check(triton.ServerDelete(server), "deleting the server");
  bool clean = requests_close();
  events_close();
  return clean ? 0 : 1;
}
