#define _GNU_SOURCE
#include "tools/commands/patience.h"

#include <inttypes.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "fsck/cancel.h"

#define COLUMNS_DEFAULT 80u

static uint64_t now_ns(void)
{
    struct timespec now = {0, 0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void mmf_patience_begin(mmf_patience *patience, const mmf_invocation *invocation, const char *path)
{
    struct winsize size;

    *patience = (mmf_patience){
        .invocation = invocation, .path = path, .progress = {.fd = -1, .columns = COLUMNS_DEFAULT}};
    if (isatty(STDERR_FILENO)) {
        patience->progress.terminal = stderr;
        if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
            patience->progress.columns = size.ws_col;
        }
    }
    (void)fsck_cancel_install(); /* else a signal ends it at once, which loses nothing either */
    fsck_progress_begin(&patience->progress, path, now_ns());
}

void mmf_patience_end(mmf_patience *patience)
{
    fsck_progress_hide(&patience->progress);
}

bool mmf_patience_go_on(void *context, uint64_t done, uint64_t total)
{
    mmf_patience *patience = context;

    fsck_progress_update(&patience->progress, 1, done, total, now_ns());
    return !fsck_is_cancelled();
}

void mmf_patience_tell(void *context, uint64_t index, const char *what)
{
    mmf_patience *patience = context;

    fsck_progress_hide(&patience->progress);
    (void)mmf_complain(patience->invocation, "%s: record %" PRIu64 ": %s", patience->path, index,
                       what);
}

mmf_rewrite_options mmf_patience_rewrite(mmf_patience *patience, const char *value)
{
    mmf_damaged damaged = !value                        ? MMF_DAMAGED_REFUSE
                          : strcmp(value, "keep") == 0  ? MMF_DAMAGED_KEEP
                          : strcmp(value, "blank") == 0 ? MMF_DAMAGED_BLANK
                                                        : MMF_DAMAGED_REFUSE;

    return (mmf_rewrite_options){.damaged = damaged,
                                 .tell = mmf_patience_tell,
                                 .progress = mmf_patience_go_on,
                                 .context = patience};
}

void mmf_patience_warn(const mmf_patience *patience, mmf_damaged damaged,
                       const mmf_rewrite_result *result)
{
    if (result->damaged > 0 && damaged != MMF_DAMAGED_REFUSE) {
        (void)mmf_complain(patience->invocation, "%s: %" PRIu64 " damaged records were %s",
                           patience->path, result->damaged,
                           damaged == MMF_DAMAGED_KEEP ? "taken as they are"
                                                       : "replaced by blank ones");
    }
    if (result->not_durable > 0) {
        (void)mmf_complain(patience->invocation,
                           "%s: the machine stopped while it was in use: %" PRIu64
                           " records behind the last sync were left out; see mmf-fsck(8)",
                           patience->path, result->not_durable);
    }
}
