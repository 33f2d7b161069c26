/* The two ways in which mmf stat tells the same. */
#ifndef MMF_TOOLS_COMMANDS_STAT_PARTS_H
#define MMF_TOOLS_COMMANDS_STAT_PARTS_H

#include "tools/facts.h"

#define STAT_TIME_SIZE 64
#define STAT_HEX_SIZE 65

/* "clean", "in-use", … */
const char *stat_state_name(mmf_facts_state state);
const char *stat_time(uint64_t time_ns, char buffer[STAT_TIME_SIZE]);
const char *stat_hex(const uint8_t *bytes, size_t size, char buffer[STAT_HEX_SIZE]);
/* Of that slot; NULL: it is nobody's. */
const mmf_writer_info *stat_writer(const mmf_facts *facts, uint32_t slot);

void stat_print_text(const char *path, const mmf_facts *facts);
/* false: out of memory. */
bool stat_print_json(const char *path, const mmf_facts *facts);

#endif
