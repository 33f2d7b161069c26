#include "tests/crash/plan.h"

#include <stdio.h>
#include <string.h>

#include "tests/runtime/testing.h"

#define RECORDS 3u
#define NUMBER_AFTER 0x51b3u
#define NUMBER_PROBE 0x77665u
/* Nobody has to wait for the dead, so this is long, and taking half of it is too long. */
#define TIMEOUT_MS 2000u
#define AT_ONCE_MS (TIMEOUT_MS / 2)

static uint32_t number_of_record(uint64_t index)
{
    return (uint32_t)(index * 0x1f3 + 0x2a7);
}

mmf_store *plan_open(const plan *plan, const char *path, uint32_t flags)
{
    mmf_error error = {0};
    mmf_options options = {.timeout_ms = TIMEOUT_MS, .error = &error};
    mmf_store *store = NULL;
    mmf_status status;

    /* Nothing here has to survive the machine. */
    options.flags = flags & MMF_READ_ONLY ? flags : flags | MMF_NO_SYNC;
    status = mmf_store_open(path, plan->operation->type->record, &options, &store);
    ck_found(status == MMF_OK, "opening gives %s: %s", mmf_status_name(status), error.text);
    return store;
}

/* --- The store ------------------------------------------------------------------------------- */

static void fill_store(plan *plan, mmf_store *store)
{
    const crash_type *type = plan->operation->type;
    crash_payload payload;

    for (plan->count = 0; plan->count < RECORDS ||
                          (plan->operation->at_capacity && plan->count < mmf_store_capacity(store));
         plan->count++) {
        crash_fill(type, number_of_record(plan->count), &payload);
        ck_ok(type->append(store, &payload, NULL));
    }
}

void plan_make(plan *plan, const plan_operation *operation, uint32_t flags)
{
    const crash_type *type = operation->type;
    mmf_options options = {.flags = flags, .capacity = RECORDS + 2};
    mmf_store *store = NULL;

    *plan = (struct plan){.operation = operation, .flags = flags};
    plan->path = test_path("store");
    plan->copy = test_path("copy");
    (void)remove(plan->path);
    ck_ok(mmf_store_create(plan->path, type->record, &options, &store));
    fill_store(plan, store);
    ck_ok(mmf_store_close(store));
    (void)snapshot_take(&plan->start, plan->path);

    crash_fill(type, number_of_record(PLAN_TARGET), &plan->before);
    plan->after = plan->before;
    if (operation->appends == 0 && operation->part == CRASH_WHOLE) {
        crash_fill(type, NUMBER_AFTER, &plan->after);
    } else if (operation->appends == 0) {
        crash_fill_part(type, operation->part, NUMBER_AFTER, &plan->after);
    }
    for (uint32_t i = 0; i < operation->appends; i++) {
        crash_payload payload;

        crash_fill(type, NUMBER_AFTER + i, &payload);
        memcpy(plan->appended + i * type->record->payload_size, &payload,
               type->record->payload_size);
    }
}

void plan_free(plan *plan)
{
    snapshot_free(&plan->start);
}

/* --- In the child ---------------------------------------------------------------------------- */

void plan_open_writer(void *argument)
{
    plan *plan = argument;
    mmf_options options = {.flags = plan->flags | MMF_NO_SYNC};

    must_ok(mmf_store_open(plan->path, plan->operation->type->record, &options, &plan->store));
}

int plan_run(void *argument)
{
    plan *plan = argument;
    const plan_operation *operation = plan->operation;
    const crash_type *type = operation->type;

    if (operation->appends > 1) {
        return (int)type->append_n(plan->store, plan->appended, operation->appends, NULL);
    }
    if (operation->appends == 1) {
        return (int)type->append(plan->store, plan->appended, NULL);
    }
    return (int)crash_change(type, operation->part, plan->store, PLAN_TARGET, &plan->after);
}

/* --- What is found --------------------------------------------------------------------------- */

static void get(const plan *plan, const mmf_store *store, uint64_t index, const char *who,
                crash_payload *ret_payload)
{
    mmf_status status = plan->operation->type->get(store, index, ret_payload);

    ck_found(status == MMF_OK, "%s gets %s for record %llu", who, mmf_status_name(status),
             (unsigned long long)index);
    ck_found(crash_is_sealed(store, index), "%s finds record %llu with a wrong checksum", who,
             (unsigned long long)index);
}

static plan_outcome outcome_of_append(const plan *plan, const mmf_store *store, const char *who)
{
    const plan_operation *operation = plan->operation;
    uint32_t size = operation->type->record->payload_size;
    uint64_t count = mmf_store_len(store);
    crash_payload payload;

    if (count == plan->count) {
        return PLAN_OLD;
    }
    ck_found(count == plan->count + operation->appends, "%s finds %llu records instead of %llu",
             who, (unsigned long long)count, (unsigned long long)plan->count);
    for (uint32_t i = 0; i < operation->appends; i++) {
        get(plan, store, plan->count + i, who, &payload);
        ck_found(memcmp(&payload, plan->appended + i * size, size) == 0,
                 "%s finds a half-made record", who);
    }
    return PLAN_NEW;
}

static plan_outcome outcome_of_change(const plan *plan, const mmf_store *store, const char *who)
{
    const crash_type *type = plan->operation->type;
    crash_payload payload;

    ck_found(mmf_store_len(store) == plan->count, "%s finds another count", who);
    get(plan, store, PLAN_TARGET, who, &payload);
    if (crash_equal(type, &payload, &plan->before)) {
        return PLAN_OLD;
    }
    ck_found(crash_equal(type, &payload, &plan->after), "%s finds a torn record", who);
    return PLAN_NEW;
}

void plan_check(const plan *plan, const mmf_store *store, const char *who, plan_outcome *outcome)
{
    const crash_type *type = plan->operation->type;
    bool appends = plan->operation->appends > 0;
    plan_outcome found =
        appends ? outcome_of_append(plan, store, who) : outcome_of_change(plan, store, who);
    crash_payload payload;
    crash_payload expected;

    ck_found(*outcome == PLAN_UNKNOWN || *outcome == found,
             "%s finds the %s record, others found the %s one", who, found ? "new" : "old",
             found ? "old" : "new");
    *outcome = found;
    for (uint64_t i = 0; i < RECORDS; i++) {
        if (i != PLAN_TARGET || appends) {
            get(plan, store, i, who, &payload);
            crash_fill(type, number_of_record(i), &expected);
            ck_found(crash_equal(type, &payload, &expected), "%s finds record %llu changed", who,
                     (unsigned long long)i);
        }
    }
}

/* A plan may be to change nothing. */
plan_outcome plan_end(const plan *plan)
{
    bool changes = plan->operation->appends > 0 ||
                   !crash_equal(plan->operation->type, &plan->before, &plan->after);

    return changes ? PLAN_NEW : PLAN_OLD;
}

void plan_check_writer(const plan *plan, mmf_store *store)
{
    const crash_type *type = plan->operation->type;
    uint64_t count = mmf_store_len(store);
    uint64_t index = 0;
    crash_payload probe;
    crash_payload payload;
    mmf_status status;

    crash_fill(type, NUMBER_PROBE, &probe);
    ck_found((crash_counter(store, PLAN_TARGET) & 1) == 0, "the counter is odd after a read");
    status = type->set(store, PLAN_TARGET, &probe);
    ck_found(status == MMF_OK, "setting the record gives %s", mmf_status_name(status));
    get(plan, store, PLAN_TARGET, "the one who set it", &payload);
    ck_found(crash_equal(type, &payload, &probe), "another record than was set");
    ck_found((crash_counter(store, PLAN_TARGET) & 1) == 0, "the counter is odd after a set");

    status = type->append(store, &probe, &index);
    ck_found(status == MMF_OK, "appending gives %s", mmf_status_name(status));
    ck_found(index == count && mmf_store_len(store) == count + 1, "the append went elsewhere");
    get(plan, store, index, "the one who appended it", &payload);
    ck_found(crash_equal(type, &payload, &probe), "another record than was appended");
}

void plan_check_files(const plan *plan, const char *path, plan_outcome *outcome)
{
    uint64_t begin = test_now_ms();
    mmf_store *store = plan_open(plan, path, MMF_READ_ONLY);

    plan_check(plan, store, "who only reads", outcome);
    ck_ok(mmf_store_close(store));
    store = plan_open(plan, path, plan->flags);
    plan_check(plan, store, "who writes", outcome);
    plan_check_writer(plan, store);
    ck_ok(mmf_store_close(store));
    ck_found(test_now_ms() - begin < AT_ONCE_MS, "it takes %llu ms",
             (unsigned long long)(test_now_ms() - begin));
}
