/* What a mapping has become: areas, NUMA policy and the nodes of its pages. */
#include <errno.h>

#include "runtime/map_range.h"
#include "runtime/system.h"
#include "runtime/system_map.h"
#include "runtime/threads.h"

/* --- Areas ----------------------------------------------------------------------------------- */

typedef struct area_sum {
    const mmf_page_range *range;
    mmf_map_info *info;
    bool reaches_beyond; /* an area does, of the range */
} area_sum;

static uint64_t smaller(uint64_t one, uint64_t other)
{
    return one == 0 || other < one ? other : one;
}

static void add_area(void *context, const mmf_sys_area *area)
{
    area_sum *sum = context;
    mmf_map_info *info = sum->info;
    uint64_t begin = (uint64_t)(uintptr_t)sum->range->begin;

    if (area->begin < begin || area->end > begin + sum->range->size) {
        sum->reaches_beyond = true;
    }
    info->flags_all = info->area_count == 0 ? area->flags : info->flags_all & area->flags;
    info->flags_any |= area->flags;
    info->area_count++;
    info->area_bytes += area->end - area->begin;
    info->resident_bytes += area->resident;
    info->shared_clean_bytes += area->shared_clean;
    info->shared_dirty_bytes += area->shared_dirty;
    info->private_clean_bytes += area->private_clean;
    info->private_dirty_bytes += area->private_dirty;
    info->anonymous_bytes += area->anonymous;
    info->swapped_bytes += area->swapped;
    info->locked_bytes += area->locked;
    info->anonymous_huge_bytes += area->anonymous_huge;
    info->shmem_huge_bytes += area->shmem_huge;
    info->file_huge_bytes += area->file_huge;
    info->hugetlb_bytes += area->shared_hugetlb + area->private_hugetlb;
    info->kernel_page_bytes = smaller(info->kernel_page_bytes, area->kernel_page);
    info->mmu_page_bytes = smaller(info->mmu_page_bytes, area->mmu_page);
}

/* A thread that is cancelled meanwhile would leave a descriptor open. */
static int look_at_areas(const mmf_page_range *range, mmf_map_info *info)
{
    uint64_t begin = (uint64_t)(uintptr_t)range->begin;
    area_sum sum = {range, info, false};
    int cancel = mmf_threads_hold_cancel();
    int failure = mmf_sys_areas(begin, begin + range->size, add_area, &sum);

    mmf_threads_let_cancel(cancel);
    info->knows_areas = failure == 0;
    info->is_exact = failure == 0 && !sum.reaches_beyond && info->area_bytes == range->size;
    return failure == ENOENT || failure == EACCES || failure == EPERM ? 0 : failure;
}

/* --- NUMA ------------------------------------------------------------------------------------ */

static void look_at_policy(const mmf_page_range *range, mmf_map_info *info)
{
    bool is_named = false;

    info->numa_mode = -1;
    info->knows_policy = mmf_sys_policy_get(range->begin, &info->numa_mode, &info->numa_policy,
                                            &is_named, info->numa_nodes) == 0 &&
                         is_named;
}

#define SAMPLES_MAX 1024u
#define SAMPLES_AT_ONCE 256u

typedef struct node_counts {
    uint64_t node[MMF_MAP_INFO_NODES];
    uint64_t others;
} node_counts;

static void count_node(int node, node_counts *counts, mmf_map_info *info)
{
    if (node < 0) {
        return;
    }
    info->present_pages++;
    if (node < MMF_MAP_INFO_NODES) {
        counts->node[node]++;
    } else {
        counts->others++;
    }
}

/* One call's worth of samples, from number `first` on. */
static bool sample(const mmf_page_range *range, uint64_t first, uint64_t samples,
                   node_counts *counts, mmf_map_info *info)
{
    const void *pages[SAMPLES_AT_ONCE];
    int nodes[SAMPLES_AT_ONCE];
    uint64_t page = mmf_sys_page_size();
    uint64_t rest = samples - first;
    uint64_t count = rest < SAMPLES_AT_ONCE ? rest : SAMPLES_AT_ONCE;

    for (uint64_t i = 0; i < count; i++) {
        nodes[i] = -1;
        pages[i] = range->begin + (first + i) * (range->size / page) / samples * page;
    }
    if (mmf_sys_nodes_of_pages(pages, (size_t)count, nodes) != 0) {
        return false;
    }
    for (uint64_t i = 0; i < count; i++) {
        count_node(nodes[i], counts, info);
    }
    return true;
}

static void look_at_nodes(const mmf_page_range *range, mmf_map_info *info)
{
    uint64_t page = mmf_sys_page_size();
    uint64_t page_count = range->size / page;
    uint64_t samples = page_count < SAMPLES_MAX ? page_count : SAMPLES_MAX;
    node_counts counts = {{0}, 0};

    for (uint64_t first = 0; first < samples; first += SAMPLES_AT_ONCE) {
        if (!sample(range, first, samples, &counts, info)) {
            info->present_pages = 0;
            return;
        }
    }
    info->knows_nodes = true;
    info->is_sampled = samples < page_count;
    info->sampled_pages = (uint32_t)samples;
    for (int i = 0; i < MMF_MAP_INFO_NODES; i++) {
        info->node_bytes[i] = samples != 0 ? counts.node[i] * page_count / samples * page : 0;
    }
    info->other_node_bytes = samples != 0 ? counts.others * page_count / samples * page : 0;
}

/* --- Both ------------------------------------------------------------------------------------ */

mmf_status mmf_map_report(const void *address, uint64_t size, mmf_map_info *ret_info)
{
    mmf_map_info info = {0};
    mmf_page_range range;
    int failure;

    if (!mmf_pages_around(address, size, &range)) {
        return mmf_map_failed(MMF_E_INVALID, EINVAL);
    }
    failure = look_at_areas(&range, &info);
    if (failure != 0) {
        return mmf_map_failed(MMF_E_SYSTEM, failure);
    }
    look_at_policy(&range, &info);
    look_at_nodes(&range, &info);
    *ret_info = info;
    return MMF_OK;
}
