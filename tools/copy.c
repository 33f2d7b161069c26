#define _GNU_SOURCE
#include "tools/copy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/system.h"
#include "runtime/writers.h"
#include "tools/source.h"

/* --- The name -------------------------------------------------------------------------------- */

static bool leads_to(const char *path, const mmf_sys_info *file)
{
    mmf_sys_info info;

    return mmf_sys_info_of_path(path, &info) == 0 && info.device == file->device &&
           info.inode == file->inode;
}

static bool leads_to_lock_of(const char *store, const mmf_sys_info *file)
{
    char *lock_path = mmf_lock_path_of(store);
    bool result = lock_path && leads_to(lock_path, file);

    free(lock_path);
    return result;
}

/* Whether what has the name may lose it. */
static mmf_status check_replaced(const char *source, const char *destination,
                                 const mmf_sys_info *old, const mmf_copy_options *options)
{
    mmf_holder holder;

    if (leads_to(source, old) || leads_to_lock_of(source, old)) {
        return mmf_error_set(options->error, MMF_E_INVALID,
                             "%s: is what would be copied, or its lock file", destination);
    }
    if (!options->replaces) {
        return mmf_error_set_system(options->error, MMF_E_EXISTS, EEXIST, "%s", destination);
    }
    if (!old->is_regular) {
        return mmf_error_set(options->error, MMF_E_INVALID, "%s: not a regular file", destination);
    }
    holder = mmf_holder_of(destination);
    return holder.is_held ? mmf_holder_refuse(destination, holder.process, options->error) : MMF_OK;
}

/* *ret_path: where links lead to, to be freed; *ret_exists: there is something. */
static mmf_status look_at_name(const char *source, const char *destination,
                               const mmf_copy_options *options, char **ret_path, bool *ret_exists)
{
    mmf_sys_info old;
    bool exists = mmf_sys_info_of_path(destination, &old) == 0;
    mmf_status status = exists ? check_replaced(source, destination, &old, options) : MMF_OK;
    int failure = 0;

    if (status != MMF_OK) {
        return status;
    }
    if (exists) {
        failure = mmf_sys_real_path(destination, ret_path);
    } else {
        *ret_path = strdup(destination);
        failure = *ret_path ? 0 : ENOMEM;
    }
    if (failure != 0) {
        return mmf_error_set_system(options->error, MMF_E_SYSTEM, failure, "%s", destination);
    }
    *ret_exists = exists;
    return MMF_OK;
}

/* --- Copying --------------------------------------------------------------------------------- */

static mmf_status fill(const mmf_table *table, mmf_draft *draft, const mmf_copy_options *options,
                       mmf_rewrite_result *result)
{
    mmf_conversion conversion = {0};
    mmf_status status = mmf_conversion_init(&conversion, table->model, table->model);

    if (status != MMF_OK) {
        return mmf_error_set(options->error, status, "out of memory");
    }
    status = mmf_rewrite(table, result->records, &conversion, draft, &options->rewrite, result,
                         options->error);
    mmf_conversion_clear(&conversion);
    return status == MMF_OK ? mmf_draft_finish(draft, options->error) : status;
}

static mmf_status copy_table(const mmf_table *table, const char *path, bool exists,
                             const mmf_copy_options *options, mmf_rewrite_result *result)
{
    mmf_draft *draft = NULL;
    mmf_sys_info info;
    mmf_status status;

    if (mmf_sys_info_of_path(mmf_store_path(table->store), &info) != 0) {
        info.mode = 0600;
    }
    mmf_rewrite_measure(table, result);
    status = mmf_draft_begin(path, &table->type, result->records, info.mode & 0666u, options->error,
                             &draft);
    if (status == MMF_OK) {
        status = fill(table, draft, options, result);
    }
    if (status == MMF_OK) {
        status = exists ? mmf_draft_replace(draft, NULL, options->error)
                        : mmf_draft_publish(draft, options->error);
    }
    mmf_draft_close(draft);
    return status;
}

mmf_status mmf_copy(const char *source, const char *destination, const mmf_copy_options *options,
                    mmf_rewrite_result *ret_result)
{
    const mmf_source_options source_options = {
        .schema_path = options->schema_path,
        .is_alone = options->is_alone,
        .timeout_ms = options->rewrite.timeout_ms,
        .diagnostics = options->diagnostics,
        .error = options->error,
    };
    mmf_source from = {0};
    char *path = NULL;
    bool exists = false;
    mmf_status status;

    *ret_result = (mmf_rewrite_result){0};
    status = look_at_name(source, destination, options, &path, &exists);
    if (status == MMF_OK) {
        status = mmf_source_open(source, &source_options, &from);
    }
    if (status == MMF_OK) {
        status = copy_table(from.table, path, exists, options, ret_result);
        mmf_source_close(&from);
    }
    free(path);
    return status;
}
