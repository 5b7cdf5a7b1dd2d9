/*
 * libtriton_unmask.so: the backend that Triton loads. All its logic is Java, in
 * dev.unmask.bridge.triton.TritonEntryPoints; here is only what Java cannot do for itself: find the
 * process's Java virtual machine or create one, hand Triton's objects over as numbers, turn what is
 * thrown into Triton's errors, and keep the virtual machine's signal handlers in place.
 *
 * The virtual machine stays until the process ends: a second one cannot be created in a process.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <jni.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Triton's C API, as far as it is used here; its headers are not needed to build. */
typedef struct TRITONSERVER_Error TRITONSERVER_Error;
typedef struct TRITONBACKEND_Backend TRITONBACKEND_Backend;
enum { TRITONSERVER_ERROR_INTERNAL = 1, TRITONSERVER_ERROR_UNAVAILABLE = 4 };
enum { TRITONSERVER_LOG_INFO = 0, TRITONSERVER_LOG_WARN = 1 };
TRITONSERVER_Error *TRITONSERVER_ErrorNew(int code, const char *message);
void TRITONSERVER_ErrorDelete(TRITONSERVER_Error *error);
TRITONSERVER_Error *TRITONSERVER_LogMessage(int level, const char *file, int line, const char *text);
TRITONSERVER_Error *TRITONBACKEND_BackendArtifacts(
    TRITONBACKEND_Backend *backend, int *type, const char **location);

#define EXPORTED __attribute__((visibility("default")))
#define MESSAGE_BYTES 1024
#define MAX_OPTIONS 64

static const char ENTRY_POINTS[] = "dev/unmask/bridge/triton/TritonEntryPoints";

/* The methods of the Java class, in the order of METHODS. */
enum method {
  INITIALIZE,
  FINALIZE,
  ATTRIBUTES,
  INITIALIZE_MODEL,
  FINALIZE_MODEL,
  INITIALIZE_INSTANCE,
  FINALIZE_INSTANCE,
  CHECK_INSTANCE,
  EXECUTE,
  METHOD_COUNT
};
static const struct {
  const char *name;
  const char *signature;
} METHODS[METHOD_COUNT] = {
    {"initialize", "(JZ)J"},       {"finalizeBackend", "(J)J"},  {"attributes", "(J)J"},
    {"initializeModel", "(J)J"},   {"finalizeModel", "(J)J"},    {"initializeInstance", "(J)J"},
    {"finalizeInstance", "(J)J"},  {"checkInstance", "(J)J"},    {"execute", "(JJI)J"},
};

/* Set once, under the lock, before any other call can come. */
static pthread_mutex_t start_lock = PTHREAD_MUTEX_INITIALIZER;
static JavaVM *vm;
static bool vm_is_ours;
static jclass entry_points;
static jmethodID methods[METHOD_COUNT];
static jmethodID to_string;

static TRITONSERVER_Error *failure(int code, const char *format, ...) {
  char message[MESSAGE_BYTES];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  if (length >= (int)sizeof message) {
    /* Cut before a character of several bytes, not within it. */
    size_t end = sizeof message - 1;
    while (end > 0 && ((unsigned char)message[end - 1] & 0xc0) == 0x80) {
      end--;
    }
    if (end > 0 && ((unsigned char)message[end - 1] & 0x80) != 0) {
      end--;
    }
    message[end] = '\0';
  }
  return TRITONSERVER_ErrorNew(code, message);
}

static void say(int level, int line, const char *text) {
  TRITONSERVER_Error *error = TRITONSERVER_LogMessage(level, "triton_unmask.c", line, text);
  if (error != NULL) {
    TRITONSERVER_ErrorDelete(error);
  }
}

/* ---- Signal handlers --------------------------------------------------------------------------
 * HotSpot needs its handlers: null checks and safepoint polls are faults that it catches. Triton's
 * main() installs its own for SIGSEGV after the backends were loaded. Where libjsig.so is preloaded
 * it chains them. Elsewhere the virtual machine's are put back, and Triton's no longer asked: on
 * every call from Triton, and by a thread that looks now and then, since Java's own threads run
 * without any call. A fault in Java between two looks ends the process.
 */
static const int FAULTS[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
enum { FAULT_COUNT = sizeof FAULTS / sizeof *FAULTS };
static struct sigaction handlers[FAULT_COUNT];
static atomic_bool guarded;

static void put_handlers_back(void) {
  if (!atomic_load_explicit(&guarded, memory_order_acquire)) {
    return;
  }
  for (int i = 0; i < FAULT_COUNT; i++) {
    struct sigaction now;
    if (sigaction(FAULTS[i], NULL, &now) == 0 && now.sa_sigaction != handlers[i].sa_sigaction) {
      sigaction(FAULTS[i], &handlers[i], NULL);
    }
  }
}

/* Looks every 10 ms for some minutes, in which hosts install their handlers, and later every second. */
static void *watch(void *unused) {
  const int often = 5 * 60 * 100;
  const struct timespec soon = {0, 10 * 1000 * 1000};
  const struct timespec later = {1, 0};
  (void)unused;
  for (int looks = 0;; looks += looks < often ? 1 : 0) {
    nanosleep(looks < often ? &soon : &later, NULL);
    put_handlers_back();
  }
  return NULL;
}

/* After the virtual machine was created. */
static void guard_handlers(void) {
  if (dlsym(RTLD_DEFAULT, "JVM_begin_signal_setting") != NULL) {
    say(TRITONSERVER_LOG_INFO, __LINE__, "unmask: libjsig.so chains the signal handlers");
    return;
  }
  for (int i = 0; i < FAULT_COUNT; i++) {
    sigaction(FAULTS[i], NULL, &handlers[i]);
  }
  atomic_store_explicit(&guarded, true, memory_order_release);
  say(TRITONSERVER_LOG_WARN, __LINE__,
      "unmask: libjsig.so is not preloaded; Java's signal handlers are put back when Triton"
      " replaces them. Set LD_PRELOAD to the libjsig.so beside libjvm.so");
  sigset_t all;
  sigset_t before;
  pthread_t thread;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  if (pthread_create(&thread, NULL, watch, NULL) == 0) {
    pthread_detach(thread);
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* ---- The virtual machine ------------------------------------------------------------------- */
typedef jint (*get_vms)(JavaVM **, jsize, jsize *);
typedef jint (*create_vm)(JavaVM **, void **, void *);

/* A function of a library; a cast that ISO C does not know. */
static void find_function(void *library, const char *name, void *function) {
  void *found = dlsym(library, name);
  memcpy(function, &found, sizeof found);
}

/* The virtual machine of a process that Java started. */
static bool find_host_vm(void) {
  get_vms get = NULL;
  jsize count = 0;
  find_function(RTLD_DEFAULT, "JNI_GetCreatedJavaVMs", &get);
  if (get == NULL) {
    void *library = dlopen("libjvm.so", RTLD_NOW | RTLD_NOLOAD);
    if (library == NULL) {
      return false;
    }
    find_function(library, "JNI_GetCreatedJavaVMs", &get);
  }
  return get != NULL && get(&vm, 1, &count) == JNI_OK && count > 0;
}

/* Opens libjvm.so: UNMASK_LIBJVM, the backend's own JRE, JAVA_HOME, or where the loader finds it. */
static void *open_libjvm(const char *home, TRITONSERVER_Error **error) {
  char tried[3][MESSAGE_BYTES];
  int count = 0;
  const char *given = getenv("UNMASK_LIBJVM");
  if (given != NULL && *given != '\0') {
    snprintf(tried[count++], MESSAGE_BYTES, "%s", given);
  } else {
    const char *java_home = getenv("JAVA_HOME");
    snprintf(tried[count++], MESSAGE_BYTES, "%s/jre/lib/server/libjvm.so", home);
    if (java_home != NULL && *java_home != '\0') {
      snprintf(tried[count++], MESSAGE_BYTES, "%s/lib/server/libjvm.so", java_home);
    }
    snprintf(tried[count++], MESSAGE_BYTES, "libjvm.so");
  }
  char reason[MESSAGE_BYTES] = "";
  for (int i = 0; i < count; i++) {
    void *library = dlopen(tried[i], RTLD_NOW | RTLD_GLOBAL);
    if (library != NULL) {
      return library;
    }
    const char *why = dlerror();
    size_t used = strlen(reason);
    snprintf(reason + used, sizeof reason - used, "%s%s", i == 0 ? "" : "; ", why);
  }
  *error = failure(TRITONSERVER_ERROR_UNAVAILABLE,
      "unmask: no Java virtual machine: %s. Put a JRE into jre/ of the backend's directory, or set"
      " JAVA_HOME or UNMASK_LIBJVM", reason);
  return NULL;
}

static int is_jar(const struct dirent *entry) {
  size_t name = strlen(entry->d_name);
  return name > 4 && strcmp(entry->d_name + name - 4, ".jar") == 0;
}

/* The option that names the jars below home/lib, in the order of their names; NULL for none. */
static char *class_path(const char *home) {
  static const char OPTION[] = "-Djava.class.path=";
  char directory[MESSAGE_BYTES];
  struct dirent **entries = NULL;
  snprintf(directory, sizeof directory, "%s/lib", home);
  int count = scandir(directory, &entries, is_jar, alphasort);
  if (count <= 0) {
    free(entries);
    return NULL;
  }
  size_t length = sizeof OPTION;
  for (int i = 0; i < count; i++) {
    length += strlen(directory) + strlen(entries[i]->d_name) + 2;
  }
  char *option = malloc(length);
  size_t used = 0;
  for (int i = 0; i < count; i++) {
    if (option != NULL) {
      used += (size_t)snprintf(option + used, length - used, "%s%s/%s", i == 0 ? OPTION : ":",
          directory, entries[i]->d_name);
    }
    free(entries[i]);
  }
  free(entries);
  return option;
}

static char *option_with(const char *format, const char *home) {
  size_t length = strlen(format) + strlen(home) + 1;
  char *option = malloc(length);
  if (option != NULL) {
    snprintf(option, length, format, home);
  }
  return option;
}

/* Below home, the backend's directory as an absolute path. */
static TRITONSERVER_Error *create_own_vm(const char *home) {
  TRITONSERVER_Error *error = NULL;
  void *library = open_libjvm(home, &error);
  if (library == NULL) {
    return error;
  }
  create_vm create = NULL;
  find_function(library, "JNI_CreateJavaVM", &create);
  if (create == NULL) {
    return failure(TRITONSERVER_ERROR_UNAVAILABLE, "unmask: libjvm.so has no JNI_CreateJavaVM");
  }
  char *jars = class_path(home);
  if (jars == NULL) {
    return failure(TRITONSERVER_ERROR_UNAVAILABLE, "unmask: no jars in %s/lib", home);
  }
  char *library_path = option_with("-Djava.library.path=%s/lib/native", home);
  char *onnxruntime_path = option_with("-Donnxruntime.native.path=%s/lib/native", home);
  char *tokenizers_path = option_with("-DRUST_LIBRARY_PATH=%s/lib/native/libtokenizers.so", home);
  const char *given = getenv("UNMASK_JAVA_OPTS");
  char *extra = strdup(given == NULL ? "" : given);
  if (library_path == NULL || onnxruntime_path == NULL || tokenizers_path == NULL
      || extra == NULL) {
    return failure(TRITONSERVER_ERROR_UNAVAILABLE, "unmask: out of memory");
  }
  JavaVMOption options[MAX_OPTIONS] = {
      {jars, NULL},
      {library_path, NULL},
      {onnxruntime_path, NULL},
      {tokenizers_path, NULL},
      /* SIGINT and SIGTERM stay Triton's. */
      {"-Xrs", NULL},
      {"-Dfile.encoding=UTF-8", NULL},
      {"--enable-native-access=ALL-UNNAMED", NULL},
      /* The libraries are unpacked already, and physical memory is not ours to police. */
      {"-Dorg.bytedeco.javacpp.pathsFirst=true", NULL},
      {"-Dorg.bytedeco.javacpp.maxPhysicalBytes=0", NULL},
      {"-Dorg.bytedeco.javacpp.maxBytes=0", NULL},
  };
  jint count = 0;
  while (options[count].optionString != NULL) {
    count++;
  }
  char *rest = NULL;
  for (char *word = strtok_r(extra, " \t\n", &rest); word != NULL;
       word = strtok_r(NULL, " \t\n", &rest)) {
    if (count == MAX_OPTIONS) {
      return failure(TRITONSERVER_ERROR_UNAVAILABLE,
          "unmask: UNMASK_JAVA_OPTS has too many options, more than %d in all", MAX_OPTIONS);
    }
    options[count++].optionString = word;
  }
  JavaVMInitArgs arguments = {
      .version = JNI_VERSION_10, .nOptions = count, .options = options,
      .ignoreUnrecognized = JNI_FALSE};
  JNIEnv *env = NULL;
  jint status = create(&vm, (void **)&env, &arguments);
  free(jars);
  free(library_path);
  free(onnxruntime_path);
  free(tokenizers_path);
  free(extra);
  if (status != JNI_OK) {
    vm = NULL;
    return failure(TRITONSERVER_ERROR_UNAVAILABLE,
        "unmask: the Java virtual machine was not created, JNI_CreateJavaVM says %d and its reason"
        " is on standard error (UNMASK_JAVA_OPTS=%s)", (int)status, given == NULL ? "" : given);
  }
  vm_is_ours = true;
  /* Triton's threads come and go; each is attached as it calls. */
  (*vm)->DetachCurrentThread(vm);
  guard_handlers();
  return NULL;
}

/* ---- Calls ---------------------------------------------------------------------------------- */
static pthread_key_t attached;
static pthread_once_t attached_once = PTHREAD_ONCE_INIT;

static void detach(void *value) {
  (void)value;
  (*vm)->DetachCurrentThread(vm);
}

static void make_key(void) { pthread_key_create(&attached, detach); }

/* The calling thread's environment; a thread of Triton's is attached until it ends. */
static JNIEnv *environment(void) {
  JNIEnv *env = NULL;
  if ((*vm)->GetEnv(vm, (void **)&env, JNI_VERSION_10) == JNI_OK) {
    return env;
  }
  char name[] = "triton";
  JavaVMAttachArgs arguments = {JNI_VERSION_10, name, NULL};
  if ((*vm)->AttachCurrentThreadAsDaemon(vm, (void **)&env, &arguments) != JNI_OK) {
    return NULL;
  }
  pthread_once(&attached_once, make_key);
  pthread_setspecific(attached, env);
  return env;
}

/* What a thrown exception says of itself. Memory may be out: then there are no words either. */
static TRITONSERVER_Error *thrown(JNIEnv *env, const char *what) {
  jthrowable exception = (*env)->ExceptionOccurred(env);
  (*env)->ExceptionClear(env);
  TRITONSERVER_Error *error = NULL;
  if (exception != NULL && to_string != NULL) {
    jstring text = (*env)->CallObjectMethod(env, exception, to_string);
    if (!(*env)->ExceptionCheck(env) && text != NULL) {
      const char *characters = (*env)->GetStringUTFChars(env, text, NULL);
      if (characters != NULL) {
        error = failure(TRITONSERVER_ERROR_INTERNAL, "unmask: %s failed: %s", what, characters);
        (*env)->ReleaseStringUTFChars(env, text, characters);
      }
    }
    (*env)->ExceptionClear(env);
    (*env)->DeleteLocalRef(env, text);
  }
  (*env)->DeleteLocalRef(env, exception);
  return error != NULL ? error : failure(TRITONSERVER_ERROR_INTERNAL, "unmask: %s failed", what);
}

/* Calls a Java method, which returns the address of an error or 0. */
static TRITONSERVER_Error *call(enum method method, ...) {
  put_handlers_back();
  JNIEnv *env = environment();
  if (env == NULL) {
    return failure(TRITONSERVER_ERROR_UNAVAILABLE,
        "unmask: the thread cannot be attached to the Java virtual machine");
  }
  va_list arguments;
  va_start(arguments, method);
  jlong error =
      (*env)->CallStaticLongMethodV(env, entry_points, methods[method], arguments);
  va_end(arguments);
  if ((*env)->ExceptionCheck(env)) {
    return thrown(env, METHODS[method].name);
  }
  return (TRITONSERVER_Error *)(intptr_t)error;
}

/* Finds the Java class and its methods. */
static TRITONSERVER_Error *bind(void) {
  JNIEnv *env = environment();
  if (env == NULL) {
    return failure(TRITONSERVER_ERROR_UNAVAILABLE,
        "unmask: the thread cannot be attached to the Java virtual machine");
  }
  jclass throwable = (*env)->FindClass(env, "java/lang/Throwable");
  if (throwable != NULL) {
    to_string = (*env)->GetMethodID(env, throwable, "toString", "()Ljava/lang/String;");
    (*env)->DeleteLocalRef(env, throwable);
  }
  (*env)->ExceptionClear(env);
  jclass found = (*env)->FindClass(env, ENTRY_POINTS);
  if (found == NULL) {
    return thrown(env, vm_is_ours ? "loading the classes of lib/"
                                  : "finding the backend's classes on the host's class path");
  }
  for (int i = 0; i < METHOD_COUNT; i++) {
    methods[i] = (*env)->GetStaticMethodID(env, found, METHODS[i].name, METHODS[i].signature);
    if (methods[i] == NULL) {
      (*env)->DeleteLocalRef(env, found);
      return thrown(env, METHODS[i].name);
    }
  }
  entry_points = (*env)->NewGlobalRef(env, found);
  (*env)->DeleteLocalRef(env, found);
  return entry_points != NULL ? NULL : failure(TRITONSERVER_ERROR_INTERNAL, "unmask: no memory");
}

static TRITONSERVER_Error *start(TRITONBACKEND_Backend *backend) {
  if (vm == NULL && !find_host_vm()) {
    int type;
    const char *home = NULL;
    TRITONSERVER_Error *error = TRITONBACKEND_BackendArtifacts(backend, &type, &home);
    if (error == NULL) {
      /* Triton's may be relative, and Java loads libraries by absolute paths only. */
      char *absolute = realpath(home, NULL);
      error = create_own_vm(absolute == NULL ? home : absolute);
      free(absolute);
    }
    if (error != NULL) {
      return error;
    }
  }
  return entry_points == NULL ? bind() : NULL;
}

/* ---- What Triton calls ---------------------------------------------------------------------- */
EXPORTED TRITONSERVER_Error *TRITONBACKEND_Initialize(TRITONBACKEND_Backend *backend) {
  pthread_mutex_lock(&start_lock);
  TRITONSERVER_Error *error = start(backend);
  pthread_mutex_unlock(&start_lock);
  return error != NULL
             ? error
             : call(INITIALIZE, (jlong)(intptr_t)backend, (jint)(vm_is_ours ? JNI_TRUE : JNI_FALSE));
}

EXPORTED TRITONSERVER_Error *TRITONBACKEND_Finalize(void *backend) {
  pthread_mutex_lock(&start_lock);
  bool started = entry_points != NULL;
  pthread_mutex_unlock(&start_lock);
  /* Triton finalizes a backend also where its Initialize failed. */
  return !started ? NULL : call(FINALIZE, (jlong)(intptr_t)backend);
}

EXPORTED TRITONSERVER_Error *TRITONBACKEND_GetBackendAttribute(void *backend, void *attributes) {
  (void)backend;
  return call(ATTRIBUTES, (jlong)(intptr_t)attributes);
}

EXPORTED TRITONSERVER_Error *TRITONBACKEND_ModelInitialize(void *model) {
  return call(INITIALIZE_MODEL, (jlong)(intptr_t)model);
}

EXPORTED TRITONSERVER_Error *TRITONBACKEND_ModelFinalize(void *model) {
  return call(FINALIZE_MODEL, (jlong)(intptr_t)model);
}

EXPORTED TRITONSERVER_Error *TRITONBACKEND_ModelInstanceInitialize(void *instance) {
  return call(INITIALIZE_INSTANCE, (jlong)(intptr_t)instance);
}

EXPORTED TRITONSERVER_Error *TRITONBACKEND_ModelInstanceFinalize(void *instance) {
  return call(FINALIZE_INSTANCE, (jlong)(intptr_t)instance);
}

EXPORTED TRITONSERVER_Error *TRITONBACKEND_ModelInstanceReady(void *instance) {
  return call(CHECK_INSTANCE, (jlong)(intptr_t)instance);
}

EXPORTED TRITONSERVER_Error *TRITONBACKEND_ModelInstanceExecute(
    void *instance, void **requests, const uint32_t count) {
  return call(EXECUTE, (jlong)(intptr_t)instance, (jlong)(intptr_t)requests, (jint)count);
}
