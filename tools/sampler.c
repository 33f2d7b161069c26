#define _GNU_SOURCE
#include "tools/sampler.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

/* How long Enter waits for a record that is being changed. */
#define TIMEOUT_MS 100u

struct mmf_sampler {
    const char *path;
    const char *schema_path;
    mmf_table *table;
    int fd; /* of the file that the table is of */
    mmf_watched watched;
    uint64_t looked_ns; /* monotonic: when the watched were looked at first */
    uint64_t count, recovered;
    uint32_t wait_word;
    uint64_t file_bytes;
    mmf_sample sample;
};

static int64_t clock_ns(clockid_t clock)
{
    struct timespec now = {0, 0};

    (void)clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

mmf_sampler *mmf_sampler_new(const char *path, const char *schema_path)
{
    mmf_sampler *sampler = calloc(1, sizeof *sampler);

    if (sampler) {
        sampler->path = path;
        sampler->schema_path = schema_path;
        sampler->fd = -1;
    }
    return sampler;
}

static void let_go(mmf_sampler *sampler)
{
    (void)mmf_table_close(sampler->table);
    sampler->table = NULL;
    if (sampler->fd >= 0) {
        (void)close(sampler->fd);
    }
    sampler->fd = -1;
    mmf_watched_clear(&sampler->watched);
}

void mmf_sampler_free(mmf_sampler *sampler)
{
    if (sampler) {
        let_go(sampler);
        free(sampler);
    }
}

const mmf_table *mmf_sampler_table(const mmf_sampler *sampler)
{
    return sampler->table;
}

double mmf_sample_rate(const mmf_sample *sample, uint64_t steps)
{
    return sample->seconds > 0 ? (double)steps / 2 / sample->seconds : 0;
}

/* --- Opening --------------------------------------------------------------------------------- */

/* Whether the path still leads to the file that is open. */
static bool is_same_file(const mmf_sampler *sampler)
{
    struct stat mine, its;

    return fstat(sampler->fd, &mine) == 0 && stat(sampler->path, &its) == 0 &&
           mine.st_dev == its.st_dev && mine.st_ino == its.st_ino;
}

/* The schema is for files that carry none: others would have to agree with it. */
static const char *schema_for(const mmf_sampler *sampler)
{
    mmf_model *model = NULL;
    uint32_t format = 0;
    bool has_none =
        mmf_table_schema_of(sampler->path, &model, &format, NULL) == MMF_OK && model == NULL;

    mmf_model_free(model);
    return has_none ? sampler->schema_path : NULL;
}

static mmf_status open_table(mmf_sampler *sampler, mmf_error *error)
{
    mmf_options options = {
        .flags = MMF_READ_ONLY | MMF_GUARD, .timeout_ms = TIMEOUT_MS, .error = error};
    mmf_diagnostics diagnostics = {0};
    mmf_status status =
        mmf_table_open(sampler->path, schema_for(sampler), &options, &diagnostics, &sampler->table);

    if (status != MMF_OK && diagnostics.count > 0) {
        char *text = mmf_diagnostics_format(&diagnostics, 0);

        *error = (mmf_error){0};
        (void)mmf_error_set(error, status, "%s", text ? text : "out of memory");
        free(text);
    }
    mmf_diagnostics_clear(&diagnostics);
    return status;
}

static mmf_status reopen(mmf_sampler *sampler, mmf_error *error)
{
    mmf_status status;

    let_go(sampler);
    sampler->fd = open(sampler->path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (sampler->fd < 0) {
        return mmf_error_set_system(error, errno == ENOENT ? MMF_E_NOT_FOUND : MMF_E_SYSTEM, errno,
                                    "%s", sampler->path);
    }
    status = open_table(sampler, error);
    if (status == MMF_OK && !is_same_file(sampler)) {
        status = mmf_error_set(error, MMF_E_NOT_FOUND, "%s: replaced just now", sampler->path);
    }
    return status;
}

/* --- From outside ---------------------------------------------------------------------------- */

static void look_up_command(uint64_t process_id, char *ret_command)
{
    char path[64];
    FILE *file;

    ret_command[0] = '\0';
    (void)snprintf(path, sizeof path, "/proc/%" PRIu64 "/comm", process_id);
    file = fopen(path, "re");
    if (!file) {
        return;
    }
    if (fgets(ret_command, (int)MMF_SAMPLE_COMMAND_SIZE, file)) {
        ret_command[strcspn(ret_command, "\n")] = '\0';
    }
    (void)fclose(file);
}

static void look_up_commands(mmf_sample *sample)
{
    for (uint32_t i = 0; i < sample->info.writer_count; i++) {
        const mmf_writer_info *writer = &sample->info.writers[i];

        sample->command[i][0] = '\0';
        if (writer->is_alive) {
            look_up_command(writer->process_id, sample->command[i]);
        }
    }
}

static bool is_writer(const mmf_store_info *info, uint64_t process_id)
{
    for (uint32_t i = 0; i < info->writer_count; i++) {
        if (info->writers[i].is_alive && info->writers[i].process_id == process_id) {
            return true;
        }
    }
    return false;
}

/* Some file systems show another device in /proc/locks than stat(2): then the holder has to be a
 * writer of the store. */
static bool is_exclusive_lock(const char *line, const struct stat *lock, const mmf_store_info *info)
{
    unsigned process_id, major_number, minor_number;
    uint64_t inode;

    return sscanf(line, "%*d: FLOCK %*s WRITE %u %x:%x:%" SCNu64, &process_id, &major_number,
                  &minor_number, &inode) == 4 &&
           inode == lock->st_ino &&
           (lock->st_dev == makedev(major_number, minor_number) || is_writer(info, process_id));
}

static bool has_one_writer(const char *path, const mmf_store_info *info)
{
    char *real = realpath(path, NULL);
    char *lock_path = NULL;
    char line[256];
    struct stat lock;
    bool result = false;
    FILE *locks = fopen("/proc/locks", "re");

    if (locks && real && asprintf(&lock_path, "%s.lock", real) >= 0 &&
        stat(lock_path, &lock) == 0) {
        while (!result && fgets(line, sizeof line, locks)) {
            result = is_exclusive_lock(line, &lock, info);
        }
    }
    if (locks) {
        (void)fclose(locks);
    }
    free(lock_path);
    free(real);
    return result;
}

/* The two words for waiting; they lie behind each other. */
static void look_up_waiters(mmf_sampler *sampler)
{
    mmf_sample *sample = &sampler->sample;
    uint32_t words[2];

    sample->knows_waiting =
        sample->info.format != MMF_FORMAT_1 &&
        pread(sampler->fd, words, sizeof words, offsetof(mmf_header, wait_word)) == sizeof words;
    if (sample->knows_waiting) {
        sample->is_waited_for = words[1] != 0;
        sample->wakes = sample->has_rates ? words[0] - sampler->wait_word : 0;
        sampler->wait_word = words[0];
    }
}

/* --- Samples --------------------------------------------------------------------------------- */

static void measure(mmf_sampler *sampler)
{
    mmf_sample *sample = &sampler->sample;
    uint64_t now_ns = (uint64_t)clock_ns(CLOCK_MONOTONIC);

    mmf_watched_measure(&sampler->watched, sampler->table, &sample->growth);
    sample->seconds = (double)(now_ns - sampler->looked_ns) / 1e9;
    sample->has_rates = sample->seconds > 0;
}

static void compute_rates(mmf_sampler *sampler)
{
    mmf_sample *sample = &sampler->sample;

    if (sample->has_rates) {
        sample->appends =
            ((double)sample->info.record_count - (double)sampler->count) / sample->seconds;
        sample->writes_least = sample->growth.steps / 2 / sample->seconds;
        sample->writes_most = sample->writes_least * (sample->has_one_writer ? 2 : 1);
        sample->recovered = sample->info.recovered >= sampler->recovered
                                ? sample->info.recovered - sampler->recovered
                                : 0;
    }
    sampler->count = sample->info.record_count;
    sampler->recovered = sample->info.recovered;
}

/* A store never gets smaller: whoever cuts it is none of its writers. */
static bool is_cut(const mmf_sampler *sampler)
{
    return sampler->sample.info.file_bytes < sampler->file_bytes ||
           mmf_store_wait(sampler->table->store, UINT64_MAX, 0) == MMF_E_TRUNCATED;
}

/* What a writer had last it may have again. */
static void hint_at_records(mmf_sampler *sampler)
{
    const mmf_store_info *info = &sampler->sample.info;

    for (uint32_t i = 0; i < info->writer_count; i++) {
        if (info->writers[i].is_alive) {
            mmf_watched_hint(&sampler->watched, info->writers[i].index);
        }
    }
}

static mmf_status look(mmf_sampler *sampler)
{
    mmf_sample *sample = &sampler->sample;
    mmf_status status = mmf_store_stat(sampler->table->store, &sample->info);

    if (status == MMF_OK) {
        look_up_commands(sample);
        sample->has_one_writer = has_one_writer(sampler->path, &sample->info);
        look_up_waiters(sampler);
        compute_rates(sampler);
        hint_at_records(sampler);
        sampler->looked_ns = (uint64_t)clock_ns(CLOCK_MONOTONIC);
        status = mmf_watched_look(&sampler->watched, sampler->table);
    }
    if (status != MMF_OK) {
        return mmf_error_set(&sample->error, status, "%s: %s", sampler->path,
                             mmf_status_text(status));
    }
    if (is_cut(sampler)) {
        return mmf_error_set(&sample->error, MMF_E_TRUNCATED, "%s: cut to %" PRIu64 " bytes",
                             sampler->path, sample->info.file_bytes);
    }
    sampler->file_bytes = sample->info.file_bytes;
    sample->resident_bytes = sampler->watched.resident_bytes;
    sample->record_bytes = sample->info.record_count * sampler->table->type.record_size;
    return MMF_OK;
}

const mmf_sample *mmf_sampler_take(mmf_sampler *sampler)
{
    mmf_sample *sample = &sampler->sample;
    mmf_status status = MMF_OK;

    *sample = (mmf_sample){.path = sampler->path, .time_ns = clock_ns(CLOCK_REALTIME)};
    if (sampler->table && is_same_file(sampler)) {
        measure(sampler);
    } else {
        sampler->file_bytes = 0;
        status = reopen(sampler, &sample->error);
    }
    if (status == MMF_OK) {
        status = look(sampler);
    }
    sample->is_there = status == MMF_OK;
    if (status != MMF_OK) {
        let_go(sampler);
    }
    return sample;
}
