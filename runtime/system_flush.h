/* What flushing and counting need of the operating system, as runtime/system.h is for the rest.
 * Internal. */
#ifndef MMF_RUNTIME_SYSTEM_FLUSH_H
#define MMF_RUNTIME_SYSTEM_FLUSH_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* Waits until the file's bytes, and what is needed to read them, such as its size, are on the disk:
 * fdatasync(2). After an error it is not known which are. Returns 0 or an errno value. */
int mmf_sys_sync_data(int fd);

/* Has the system begin to write the dirty pages of the range; size 0: to the end. Promises nothing.
 * 0, also where the system has no such call, or an errno value. */
int mmf_sys_begin_writeback(int fd, uint64_t offset, uint64_t size);

/* Starts a thread that gets no signals. 0 or an errno value. */
int mmf_sys_thread_start(pthread_t *ret_thread, void *(*function)(void *), void *argument);

/* A condition whose pthread_cond_timedwait(3) takes mmf_sys_monotonic_ns(). */
void mmf_sys_cond_init(pthread_cond_t *cond);
void mmf_sys_cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *mutex, uint64_t deadline_ns);

/* Of the process, since it began: getrusage(2). */
void mmf_sys_page_faults(uint64_t *ret_minor, uint64_t *ret_major);

#endif
