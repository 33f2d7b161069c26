/* How a record lies in the file, from the constants of the generated header. */
#ifndef MMF_EXAMPLES_TICKS_RECORD_MAP_H
#define MMF_EXAMPLES_TICKS_RECORD_MAP_H

#include <stdio.h>

void record_map_print(FILE *out);

#endif
