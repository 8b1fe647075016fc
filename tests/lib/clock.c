/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Other clocks for a program under test: preloaded, it adds the seconds found in the file that OREE_TEST_CLOCK names (two
 * signed numbers of eight bytes, mapped: writing the file moves the clocks at once) to the real time and to what counts
 * monotonically. Who sleeps is not woken: something else has to happen. No libc function is called for the time, so sanitizers may start before us. */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *offset;

__attribute__ ((constructor)) static void
map_offset (void)
{
  const char *path = getenv ("OREE_TEST_CLOCK");
  int fd = path != NULL ? open (path, O_RDONLY | O_CLOEXEC) : -1;
  void *page;

  if (fd < 0)
    return;
  page = mmap (NULL, 2 * sizeof *offset, PROT_READ, MAP_SHARED, fd, 0);
  close (fd);
  if (page != MAP_FAILED)
    offset = page;
}

int
clock_gettime (clockid_t clock, struct timespec *now)
{
  long result = syscall (SYS_clock_gettime, clock, now);

  if (result == 0 && offset != NULL && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
    now->tv_sec += *offset;
  if (result == 0 && offset != NULL && (clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_COARSE))
    now->tv_sec += offset[1];
  return (int) result;
}

int
gettimeofday (struct timeval *restrict now, void *restrict zone)
{
  struct timespec at;

  clock_gettime (CLOCK_REALTIME, &at);
  now->tv_sec = at.tv_sec;
  now->tv_usec = at.tv_nsec / 1000;
  return 0;
}

time_t
time (time_t *out)
{
  struct timespec at;

  clock_gettime (CLOCK_REALTIME, &at);
  if (out != NULL)
    *out = at.tv_sec;
  return at.tv_sec;
}
