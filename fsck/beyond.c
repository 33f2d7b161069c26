#include "fsck/beyond.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/seqlock.h"

#define BUFFER_SIZE (256u << 10)

typedef struct look {
    const mmf_checking *checking;
    mmf_beyond found;
    uint64_t blank; /* complete ones without content, since the last one that has some */
    bool is_over;   /* a record that is neither has been seen */
} look;

static bool is_blank(const unsigned char *record, uint32_t size)
{
    uint64_t all = 0;

    for (uint32_t i = 0; i < size; i += 8) {
        uint64_t word;

        memcpy(&word, record + i, sizeof word);
        all |= word;
    }
    return all == 0;
}

/* One that a dead writer is inside of will be, when that has been undone. */
static bool is_complete(const mmf_checking *checking, uint64_t index, const unsigned char *record)
{
    uint64_t counter;
    uint32_t suspect;

    memcpy(&counter, record, sizeof counter);
    if (mmf_sequence_is_odd(counter)) {
        return mmf_lock_check_owner(checking, index, counter) != NULL;
    }
    return counter != 0 && mmf_record_check_scan(checking->record_check, record, 1, &suspect) == 0;
}

/* A counter with zeros behind it may as well be a damaged bit, and nothing is lost with it. */
static bool has_content(const mmf_checking *checking, const unsigned char *record)
{
    return !is_blank(record + MMF_COUNTER_BYTES, checking->info.payload_size);
}

static void look_at(look *look, uint64_t index, const unsigned char *record)
{
    if (is_blank(record, look->checking->info.record_size)) {
        return;
    }
    look->found.written_end = index + 1;
    if (look->is_over) {
        return;
    }
    if (is_complete(look->checking, index, record)) {
        look->blank++;
        if (has_content(look->checking, record)) {
            look->found.complete_begin =
                look->found.complete == 0 ? index : look->found.complete_begin;
            look->found.complete += look->blank;
            look->found.complete_end = index + 1;
            look->blank = 0;
        }
    } else {
        look->is_over = true;
    }
}

/* The first record from `from` on that has bytes in the file's data; `to` when none has. */
static mmf_status skip_hole(const mmf_checking *checking, uint64_t from, uint64_t to,
                            uint64_t *ret_index)
{
    const mmf_header_info *info = &checking->info;
    uint64_t begin = 0;
    uint64_t end = 0;
    mmf_status status =
        mmf_checked_file_next_data(&checking->store, mmf_checking_record_offset(checking, from),
                                   &begin, &end, checking->options->error);

    if (status == MMF_OK) {
        uint64_t index =
            begin < info->data_offset ? 0 : (begin - info->data_offset) / info->record_size;

        index = index < from ? from : index;
        *ret_index = begin == end || index > to ? to : index;
    }
    return status;
}

mmf_status mmf_beyond_look(const mmf_checking *checking, uint64_t from, uint64_t to,
                           mmf_beyond *ret_beyond)
{
    uint32_t record_size = checking->info.record_size;
    uint64_t batch = BUFFER_SIZE / record_size > 0 ? BUFFER_SIZE / record_size : 1;
    unsigned char *buffer = malloc(batch * record_size);
    look look = {.checking = checking, .found = {0, from, from, from}};
    mmf_status status = MMF_OK;

    if (!buffer) {
        return mmf_error_set(checking->options->error, MMF_E_NO_MEMORY, "out of memory");
    }
    for (uint64_t index = from; index < to;) {
        uint64_t count;
        size_t size = 0;

        status = skip_hole(checking, index, to, &index);
        count = to - index < batch ? to - index : batch;
        if (status == MMF_OK && count > 0) {
            status =
                mmf_checked_file_read(&checking->store, mmf_checking_record_offset(checking, index),
                                      buffer, count * record_size, &size, checking->options->error);
        }
        if (status != MMF_OK || size < record_size) {
            break;
        }
        for (uint64_t i = 0; i < size / record_size; i++) {
            look_at(&look, index + i, buffer + i * record_size);
        }
        index += size / record_size;
    }
    free(buffer);
    if (status == MMF_OK) {
        *ret_beyond = look.found;
    }
    return status;
}
