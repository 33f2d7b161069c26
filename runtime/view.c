#include "runtime/view.h"

#include "runtime/system.h"

/* --- Segments -------------------------------------------------------------------------------- */

/* A range inside another; neither sum is ever formed, so nothing wraps. */
static bool is_inside(uint64_t offset, uint64_t size, uint64_t limit)
{
    return offset <= limit && size <= limit - offset;
}

/* The bytes that a segment may ever have. */
static uint64_t limit_of(const mmf_segment *segment)
{
    return segment->size == MMF_SEGMENT_TO_END ? (uint64_t)INT64_MAX - segment->offset
                                               : segment->size;
}

mmf_status mmf_segment_of(mmf_file *file, uint64_t offset, uint64_t size, uint32_t flags,
                          mmf_segment *ret_segment)
{
    mmf_segment all = {file, 0, MMF_SEGMENT_TO_END, 0};

    return mmf_segment_of_segment(&all, offset, size, flags, ret_segment);
}

mmf_status mmf_segment_of_segment(const mmf_segment *parent, uint64_t offset, uint64_t size,
                                  uint32_t flags, mmf_segment *ret_segment)
{
    uint64_t limit = limit_of(parent);

    if ((flags & ~MMF_SEGMENT_READ_ONLY) != 0 || offset > limit) {
        return MMF_E_INVALID;
    }
    if (size == MMF_SEGMENT_TO_END && parent->size != MMF_SEGMENT_TO_END) {
        size = limit - offset;
    }
    if (size != MMF_SEGMENT_TO_END && !is_inside(offset, size, limit)) {
        return MMF_E_INVALID;
    }
    *ret_segment =
        (mmf_segment){parent->file, parent->offset + offset, size, parent->flags | flags};
    return MMF_OK;
}

uint64_t mmf_segment_size(const mmf_segment *segment)
{
    uint64_t file_size = mmf_file_size(segment->file);
    uint64_t limit = limit_of(segment);
    uint64_t there = file_size > segment->offset ? file_size - segment->offset : 0;

    return there < limit ? there : limit;
}

/* What a place without a byte is: on a handle that has lost pages everything is that. */
static mmf_status end_of(const mmf_segment *segment)
{
    return mmf_file_is_cut(segment->file) ? MMF_E_TRUNCATED : MMF_E_END;
}

/* The file's own call believes the size that it saw last. */
mmf_status mmf_segment_read_at(const mmf_segment *segment, uint64_t offset, void *buffer,
                               size_t size, size_t *ret_size)
{
    uint64_t there = mmf_segment_size(segment);

    if (size > 0 && offset >= there) {
        return end_of(segment);
    }
    if (size == 0) {
        *ret_size = 0;
        return MMF_OK;
    }
    if (size > there - offset) {
        size = (size_t)(there - offset);
    }
    return mmf_file_read_at(segment->file, segment->offset + offset, buffer, size, ret_size);
}

/* Whether all of a range is in the segment, and in the file now. */
static mmf_status check_range(const mmf_segment *segment, uint64_t offset, uint64_t size)
{
    if (!is_inside(offset, size, limit_of(segment))) {
        return MMF_E_INVALID;
    }
    return size == 0 || is_inside(offset, size, mmf_segment_size(segment)) ? MMF_OK
                                                                           : end_of(segment);
}

mmf_status mmf_segment_write_at(const mmf_segment *segment, uint64_t offset, const void *bytes,
                                size_t size)
{
    mmf_status status;

    if ((segment->flags & MMF_SEGMENT_READ_ONLY) != 0) {
        return MMF_E_READONLY;
    }
    status = check_range(segment, offset, size);
    if (status != MMF_OK || size == 0) {
        return status;
    }
    return mmf_file_write_at(segment->file, segment->offset + offset, bytes, size, NULL);
}

/* --- Bytes in place -------------------------------------------------------------------------- */

/* The beginning of a segment in the mapping, and how much of it both the file and the mapping have
 * now: the file may have grown beyond what the mapping reaches over. */
static const unsigned char *mapped(const mmf_segment *segment, uint64_t *ret_size)
{
    uint64_t limit = limit_of(segment);
    uint64_t size = 0;
    const unsigned char *bytes = mmf_file_bytes(segment->file, &size);

    if (!bytes || size <= segment->offset) {
        *ret_size = 0;
        return NULL;
    }
    size -= segment->offset;
    *ret_size = size < limit ? size : limit;
    return bytes + segment->offset;
}

/* Why a byte of a segment is not in the mapping. */
static mmf_status why_not_mapped(const mmf_segment *segment, uint64_t offset)
{
    return offset < mmf_segment_size(segment) ? MMF_E_LIMIT : end_of(segment);
}

mmf_status mmf_segment_bytes(const mmf_segment *segment, uint64_t offset, uint64_t size,
                             const unsigned char **ret_bytes)
{
    const unsigned char *bytes;
    uint64_t there;

    if (!is_inside(offset, size, limit_of(segment))) {
        return MMF_E_INVALID;
    }
    if (size == 0) {
        *ret_bytes = NULL;
        return MMF_OK;
    }
    bytes = mapped(segment, &there);
    if (!is_inside(offset, size, there)) {
        return why_not_mapped(segment, offset + size - 1);
    }
    if (mmf_file_is_cut(segment->file)) { /* it may have grown again */
        return MMF_E_TRUNCATED;
    }
    *ret_bytes = bytes + offset;
    return MMF_OK;
}

mmf_status mmf_segment_bytes_to_write(const mmf_segment *segment, uint64_t offset, uint64_t size,
                                      unsigned char **ret_bytes)
{
    const unsigned char *bytes;
    mmf_status status;

    if ((segment->flags & MMF_SEGMENT_READ_ONLY) != 0) {
        return MMF_E_READONLY;
    }
    status = mmf_segment_bytes(segment, offset, size, &bytes);
    if (status == MMF_OK && size == 0) {
        *ret_bytes = NULL;
        return MMF_OK;
    }
    return status == MMF_OK
               ? mmf_file_bytes_to_write(segment->file, segment->offset + offset, size, ret_bytes)
               : status;
}

/* --- Chunk by chunk -------------------------------------------------------------------------- */

/* `ahead` is how far into a chunk the byte at offset is. */
static mmf_status begin(const mmf_segment *segment, uint64_t offset, uint64_t chunk_size,
                        uint64_t ahead, mmf_chunks *ret_chunks)
{
    if (chunk_size == 0 || offset > limit_of(segment)) {
        return MMF_E_INVALID;
    }
    if (chunk_size > (uint64_t)INT64_MAX) {
        chunk_size = (uint64_t)INT64_MAX; /* more than any file has, and sums do not wrap */
    }
    *ret_chunks = (mmf_chunks){
        .segment = *segment,
        .chunk_size = chunk_size,
        .offset = offset,
        .phase = (chunk_size - offset % chunk_size + ahead) % chunk_size,
    };
    return MMF_OK;
}

mmf_status mmf_chunks_of(const mmf_segment *segment, uint64_t offset, uint64_t chunk_size,
                         mmf_chunks *ret_chunks)
{
    return begin(segment, offset, chunk_size, 0, ret_chunks);
}

mmf_status mmf_pages_of(const mmf_segment *segment, uint64_t offset, mmf_chunks *ret_chunks)
{
    uint64_t page = mmf_sys_page_size();
    mmf_file_info info;
    mmf_status status;

    if (offset > limit_of(segment)) {
        return MMF_E_INVALID;
    }
    status = mmf_file_stat(segment->file, &info);
    if (status != MMF_OK) {
        return status;
    }
    return begin(segment, offset, page,
                 (info.window_offset % page + segment->offset % page + offset % page) % page,
                 ret_chunks);
}

/* The size of the chunk that comes next. MMF_OK; MMF_E_END; MMF_E_LIMIT. */
static mmf_status next_size(const mmf_chunks *chunks, uint64_t *ret_size)
{
    uint64_t there;
    uint64_t size;

    (void)mapped(&chunks->segment, &there);
    if (chunks->offset >= there) {
        return why_not_mapped(&chunks->segment, chunks->offset);
    }
    size = chunks->chunk_size - (chunks->offset + chunks->phase) % chunks->chunk_size;
    *ret_size = size < there - chunks->offset ? size : there - chunks->offset;
    return MMF_OK;
}

mmf_status mmf_chunks_next(mmf_chunks *chunks, mmf_chunk *ret_chunk)
{
    mmf_chunk chunk = {.offset = chunks->offset};
    mmf_status status = next_size(chunks, &chunk.size);

    if (status == MMF_OK) {
        status = mmf_segment_bytes(&chunks->segment, chunk.offset, chunk.size, &chunk.bytes);
    }
    if (status == MMF_OK) {
        chunks->offset += chunk.size;
        *ret_chunk = chunk;
    }
    return status;
}

mmf_status mmf_chunks_next_to_write(mmf_chunks *chunks, mmf_chunk_to_write *ret_chunk)
{
    mmf_chunk_to_write chunk = {.offset = chunks->offset};
    mmf_status status = MMF_E_READONLY;

    if ((chunks->segment.flags & MMF_SEGMENT_READ_ONLY) == 0) {
        status = next_size(chunks, &chunk.size);
    }
    if (status == MMF_OK) {
        status =
            mmf_segment_bytes_to_write(&chunks->segment, chunk.offset, chunk.size, &chunk.bytes);
    }
    if (status == MMF_OK) {
        chunks->offset += chunk.size;
        *ret_chunk = chunk;
    }
    return status;
}

mmf_status mmf_chunks_seek(mmf_chunks *chunks, uint64_t offset)
{
    if (offset > limit_of(&chunks->segment)) {
        return MMF_E_INVALID;
    }
    chunks->offset = offset;
    return MMF_OK;
}
