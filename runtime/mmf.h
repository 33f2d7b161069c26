/* mmapforge's runtime, all of it: stores of fixed-size records in memory-mapped files.
 * Programs that use generated code need only include the generated header. */
#ifndef MMF_RUNTIME_MMF_H
#define MMF_RUNTIME_MMF_H

#include "runtime/append.h"
#include "runtime/field.h"
#include "runtime/seqlock.h"
#include "runtime/store.h"
#include "schema/format.h"
#include "schema/status.h"

#endif
