/* Mapping options: whether they can be meant, and having mappings be as they say. */
#include "runtime/map.h"

#include <errno.h>
#include <inttypes.h>

#include "runtime/map_range.h"
#include "runtime/system.h"
#include "runtime/system_map.h"

#define FLAGS_KNOWN                                                                                \
    (MMF_MAP_PRIVATE | MMF_MAP_POPULATE | MMF_MAP_NO_RESERVE | MMF_MAP_EXEC | MMF_MAP_HUGE |       \
     MMF_MAP_LOCK | MMF_MAP_LOCK_ON_FAULT)
#define FLAGS_OF_LOCKS (MMF_MAP_LOCK | MMF_MAP_LOCK_ON_FAULT)

static const mmf_map_options default_options;

/* --- Options --------------------------------------------------------------------------------- */

static bool has_nodes(const mmf_map_options *options)
{
    uint64_t any = 0;

    for (int i = 0; i < MMF_SYS_NODE_WORDS; i++) {
        any |= options->numa_nodes[i];
    }
    return any != 0;
}

/* Nodes are counted from 0, so there is no need to list them all in a text: the first is enough. */
static mmf_status check_nodes_exist(const mmf_map_options *options, mmf_error *error)
{
    uint64_t allowed[MMF_SYS_NODE_WORDS];

    if (!has_nodes(options) || mmf_sys_nodes_allowed(allowed) != 0) {
        return MMF_OK; /* the kernel that does not tell now will when it is asked for the policy */
    }
    for (unsigned node = 0; node < MMF_SYS_NODE_WORDS * 64; node++) {
        if ((options->numa_nodes[node / 64] & ~allowed[node / 64]) >> node % 64 & 1) {
            return mmf_error_set(error, MMF_E_INVALID,
                                 "NUMA node %u, expected one that this process may have memory of "
                                 "(of the first 64: %#" PRIx64 ")",
                                 node, allowed[0]);
        }
    }
    return MMF_OK;
}

static mmf_status check_numa(const mmf_map_options *options, mmf_error *error)
{
    bool wants_nodes =
        options->numa_policy != MMF_NUMA_DEFAULT && options->numa_policy != MMF_NUMA_LOCAL;

    if ((unsigned)options->numa_policy > (unsigned)MMF_NUMA_LOCAL) {
        return mmf_error_set(error, MMF_E_INVALID, "a NUMA policy %u, which is none",
                             (unsigned)options->numa_policy);
    }
    if (wants_nodes != has_nodes(options)) {
        return mmf_error_set(error, MMF_E_INVALID,
                             wants_nodes ? "a NUMA policy without the nodes that it is of"
                                         : "NUMA nodes with a policy that has none");
    }
    return check_nodes_exist(options, error);
}

mmf_status mmf_map_check_options(const mmf_map_options *options, mmf_error *error)
{
    options = options ? options : &default_options;
    if ((options->flags & ~FLAGS_KNOWN) != 0 || options->reserved != 0) {
        return mmf_error_set(error, MMF_E_INVALID,
                             "mapping options have the flags %#" PRIx32 ", of which %#" PRIx32
                             " are not known, or a reserved member that is not zero",
                             options->flags, options->flags & ~FLAGS_KNOWN);
    }
    if ((options->flags & FLAGS_OF_LOCKS) == FLAGS_OF_LOCKS) {
        return mmf_error_set(error, MMF_E_INVALID,
                             "MMF_MAP_LOCK does not go with MMF_MAP_LOCK_ON_FAULT");
    }
    if (!mmf_is_advice(options->advice)) {
        return mmf_error_set(error, MMF_E_INVALID, "an advice %u, which is none",
                             (unsigned)options->advice);
    }
    if ((options->alignment & (options->alignment - 1)) != 0) {
        return mmf_error_set(error, MMF_E_INVALID,
                             "an alignment of %" PRIu64 " bytes, expected a power of two",
                             options->alignment);
    }
    return check_numa(options, error);
}

/* --- Mapping --------------------------------------------------------------------------------- */

mmf_status mmf_map_page_size(int descriptor, uint64_t *ret_size)
{
    uint64_t size;
    int failure = mmf_sys_page_size_of(descriptor, &size);

    if (failure != 0) {
        return mmf_map_failed(MMF_E_SYSTEM, failure);
    }
    *ret_size = size;
    return MMF_OK;
}

static mmf_status status_of_mapping(int failure)
{
    switch (failure) {
    case 0:
        return MMF_OK;
    case ENOMEM:
    case EAGAIN:
        return MMF_E_NO_MEMORY;
    case EINVAL:
    case EOVERFLOW:
        return MMF_E_INVALID;
    default:
        return MMF_E_SYSTEM;
    }
}

mmf_status mmf_map_descriptor(int descriptor, uint64_t offset, uint64_t size, bool writable,
                              const mmf_map_options *options, void **ret_address)
{
    mmf_sys_mapping mapping = {descriptor < 0 ? -1 : descriptor, offset, size, 0, writable, 0};
    uint64_t page = 0;
    mmf_status status = mmf_map_check_options(options, NULL);
    int failure;

    if (status == MMF_OK) {
        status = mmf_map_page_size(descriptor, &page);
    }
    if (status != MMF_OK) {
        return status == MMF_E_INVALID ? mmf_map_failed(status, EINVAL) : status;
    }
    if (size == 0 || size > INT64_MAX - page || offset % page != 0 ||
        offset > INT64_MAX - page - size || (descriptor < 0 && offset != 0)) {
        return mmf_map_failed(MMF_E_INVALID, EINVAL);
    }
    mapping.size = (size + page - 1) / page * page;
    if (options) {
        mapping.alignment = options->alignment;
        mapping.flags = options->flags;
    }
    failure = mmf_sys_map_as(&mapping, ret_address);
    return failure == 0 ? MMF_OK : mmf_map_failed(status_of_mapping(failure), failure);
}

void mmf_map_release(void *address, uint64_t size)
{
    mmf_sys_unmap(address, size);
}

/* --- Applying options ------------------------------------------------------------------------ */

static mmf_status apply_numa(const mmf_page_range *range, const mmf_map_options *options,
                             mmf_error *error)
{
    int failure;
    const char *text;

    if (options->numa_policy == MMF_NUMA_DEFAULT) {
        return MMF_OK;
    }
    failure =
        mmf_sys_policy_set(range->begin, range->size, options->numa_policy, options->numa_nodes);
    switch (failure) {
    case 0:
        return MMF_OK;
    case EFAULT: /* as madvise(2) says ENOMEM */
        return mmf_map_failed(mmf_error_set_system(error, MMF_E_INVALID, failure,
                                                   "cannot set a NUMA policy: not all is mapped"),
                              failure);
    case ENOSYS:
        text = "this kernel, or what takes its place in a container, has no NUMA policies";
        break;
    case EPERM:
        text = "not allowed to set a NUMA policy (a container without mbind(2)?)";
        break;
    default:
        text = "cannot set the NUMA policy";
        break;
    }
    return mmf_map_failed(mmf_error_set_system(error,
                                               failure == ENOMEM ? MMF_E_NO_MEMORY : MMF_E_SYSTEM,
                                               failure, "%s", text),
                          failure);
}

static mmf_status refused(mmf_status status, const char *what, mmf_error *error)
{
    int failure = errno;

    return status == MMF_OK
               ? status
               : mmf_map_failed(mmf_error_set_system(error, status, failure, "%s", what), failure);
}

static mmf_status apply_huge(const mmf_page_range *range, const mmf_map_options *options,
                             mmf_error *error)
{
    int failure = (options->flags & MMF_MAP_HUGE) != 0 && range->size != 0
                      ? mmf_sys_advise_huge(range->begin, range->size)
                      : 0;

    errno = failure != 0 ? failure : errno;
    return refused(mmf_status_of_range(failure),
                   failure == EINVAL ? "cannot ask for transparent huge pages: the kernel has none"
                                     : "cannot ask for transparent huge pages",
                   error);
}

static mmf_status apply_locks(void *address, uint64_t present, const mmf_map_options *options,
                              mmf_error *error)
{
    mmf_status status;
    int failure;

    if ((options->flags & FLAGS_OF_LOCKS) == 0) {
        return MMF_OK;
    }
    status = mmf_map_lock(address, present, (options->flags & MMF_MAP_LOCK_ON_FAULT) != 0);
    if (status != MMF_E_NO_MEMORY) {
        return refused(status, "cannot lock the mapping in memory", error);
    }
    failure = errno;
    if (mmf_map_lock_limit() == UINT64_MAX) {
        return mmf_map_failed(mmf_error_set_system(error, status, failure,
                                                   "cannot lock %" PRIu64 " bytes in memory",
                                                   present),
                              failure);
    }
    return mmf_map_failed(mmf_error_set_system(error, status, failure,
                                               "cannot lock %" PRIu64
                                               " bytes in memory: RLIMIT_MEMLOCK "
                                               "is %" PRIu64 " bytes for all of the process",
                                               present, mmf_map_lock_limit()),
                          failure);
}

/* As MAP_POPULATE: private pages get their copies, unless nobody may store to them. */
static mmf_status apply_populate(void *address, uint64_t present, const mmf_map_options *options,
                                 mmf_error *error)
{
    bool copies = (options->flags & MMF_MAP_PRIVATE) != 0;
    mmf_status status = MMF_OK;

    if ((options->flags & MMF_MAP_POPULATE) == 0) {
        return MMF_OK;
    }
    if (copies) {
        status = mmf_map_advise(address, present, MMF_ADVICE_POPULATE_WRITE);
    }
    if (!copies || (status == MMF_E_SYSTEM && errno == EINVAL)) {
        status = mmf_map_touch(address, present, false);
    }
    return refused(status, "cannot have all pages in memory", error);
}

/* What the kernel notes for addresses, whatever is there now or later. */
static bool is_for_addresses(mmf_advice advice)
{
    return advice == MMF_ADVICE_NORMAL || advice == MMF_ADVICE_RANDOM ||
           advice == MMF_ADVICE_SEQUENTIAL;
}

static mmf_status apply_advice(void *address, uint64_t size, const mmf_map_options *options,
                               mmf_error *error)
{
    return options->advice == MMF_ADVICE_NORMAL
               ? MMF_OK
               : refused(mmf_map_advise(address, size, options->advice), "cannot have this advice",
                         error);
}

mmf_status mmf_map_apply_reserved(void *address, uint64_t size, uint64_t present,
                                  const mmf_map_options *options, mmf_error *error)
{
    mmf_page_range range;
    mmf_status status = mmf_map_check_options(options, error);

    options = options ? options : &default_options;
    if (status == MMF_OK && (present > size || !mmf_pages_around(address, size, &range))) {
        status = mmf_error_set(error, MMF_E_INVALID,
                               "%" PRIu64 " bytes at %p, of which %" PRIu64 " are there", size,
                               address, present);
    }
    if (status != MMF_OK) {
        return mmf_map_failed(status, EINVAL);
    }
    if (range.size != 0) {
        status = apply_numa(&range, options, error);
    }
    if (status == MMF_OK) {
        status = apply_huge(&range, options, error);
    }
    if (status == MMF_OK && is_for_addresses(options->advice)) {
        status = apply_advice(address, size, options, error);
    }
    if (status == MMF_OK) {
        status = apply_locks(address, present, options, error);
    }
    if (status == MMF_OK) {
        status = apply_populate(address, present, options, error);
    }
    if (status == MMF_OK && !is_for_addresses(options->advice)) {
        status = apply_advice(address, present, options, error);
    }
    return status;
}

mmf_status mmf_map_apply(void *address, uint64_t size, const mmf_map_options *options,
                         mmf_error *error)
{
    return mmf_map_apply_reserved(address, size, size, options, error);
}
