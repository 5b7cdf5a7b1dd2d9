/*
 * What Triton's core needs and a machine without NVIDIA's software, or with an older C library than
 * 2.38, does not have. Loaded under the name of libdcgm.so.4, of which no function works.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

long __isoc23_strtol(const char *s, char **end, int base) { return strtol(s, end, base); }
unsigned long __isoc23_strtoul(const char *s, char **end, int base) { return strtoul(s, end, base); }
long long __isoc23_strtoll(const char *s, char **end, int base) { return strtoll(s, end, base); }
unsigned long long __isoc23_strtoull(const char *s, char **end, int base) {
  return strtoull(s, end, base);
}
int __isoc23_sscanf(const char *s, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int result = vsscanf(s, format, arguments);
  va_end(arguments);
  return result;
}

/* std::ios_base::Init::Init(): sets up the streams, which newer C++ libraries do when loaded. */
void _ZNSt8ios_base4InitC1Ev(void *self);
static char streams[16];
__attribute__((constructor)) static void set_up_streams(void) { _ZNSt8ios_base4InitC1Ev(streams); }
void _ZSt21ios_base_library_initv(void) {}

enum { DCGM_ST_GENERIC_ERROR = -3 };
#define NONE(function) \
  int function(void) { return DCGM_ST_GENERIC_ERROR; }
NONE(dcgmConnect)
NONE(dcgmDisconnect)
NONE(dcgmFieldGroupCreate)
NONE(dcgmGetAllDevices)
NONE(dcgmGetDeviceAttributes)
NONE(dcgmGetLatestValuesForFields)
NONE(dcgmGroupCreate)
NONE(dcgmGroupDestroy)
NONE(dcgmInit)
NONE(dcgmShutdown)
NONE(dcgmStartEmbedded)
NONE(dcgmStopEmbedded)
NONE(dcgmUpdateAllFields)
NONE(dcgmWatchFields)
const char *errorString(int code) {
  (void)code;
  return "there is no DCGM here";
}
