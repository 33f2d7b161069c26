/* All rows, in the order in which they are measured: neighbours share what they are set up with. */
#include "bench/row.h"

extern const bench_rows bench_field_rows;
extern const bench_rows bench_record_rows;
extern const bench_rows bench_types_rows;
extern const bench_rows bench_text_rows;
extern const bench_rows bench_append_rows;
extern const bench_rows bench_open_rows;
extern const bench_rows bench_large_rows;
extern const bench_rows bench_open_large_rows;
extern const bench_rows bench_scan_rows;
extern const bench_rows bench_recovery_rows;
extern const bench_rows bench_sync_rows;
extern const bench_rows bench_beside_rows;
extern const bench_rows bench_wait_rows;
extern const bench_rows bench_schema_rows;
extern const bench_rows bench_file_read_rows;
extern const bench_rows bench_file_write_rows;
extern const bench_rows bench_file_bulk_rows;
extern const bench_rows bench_file_move_rows;
extern const bench_rows bench_shm_rows;
extern const bench_rows bench_fsck_rows;

const bench_rows *const bench_tables[] = {
    &bench_field_rows,      &bench_record_rows,     &bench_types_rows,
    &bench_text_rows,       &bench_append_rows,     &bench_open_rows,
    &bench_large_rows,      &bench_open_large_rows, &bench_scan_rows,
    &bench_recovery_rows,   &bench_sync_rows,       &bench_beside_rows,
    &bench_wait_rows,       &bench_schema_rows,     &bench_file_read_rows,
    &bench_file_write_rows, &bench_file_bulk_rows,  &bench_file_move_rows,
    &bench_shm_rows,        &bench_fsck_rows,       NULL};
