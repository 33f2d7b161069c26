#include "schema/types.h"

#include <assert.h>
#include <string.h>

static const mmf_type_info type_rows[MMF_TYPE_COUNT] = {
#define MMF_TYPE(id, name, c_type, size, suffix, since_format)                                     \
    {name, c_type, size, suffix, since_format},
#include "schema/types.def"
#undef MMF_TYPE
};

const mmf_type_info *mmf_type_info_of(mmf_type type)
{
    assert((size_t)type < MMF_TYPE_COUNT);
    return &type_rows[type];
}

bool mmf_type_from_name(const char *name, mmf_type *ret_type)
{
    for (size_t i = 0; i < MMF_TYPE_COUNT; i++) {
        if (strcmp(type_rows[i].name, name) == 0) {
            *ret_type = (mmf_type)i;
            return true;
        }
    }
    return false;
}

bool mmf_type_is_signed(mmf_type type)
{
    return type == MMF_TYPE_INT8 || type == MMF_TYPE_INT16 || type == MMF_TYPE_INT32 ||
           type == MMF_TYPE_INT64;
}

bool mmf_type_is_unsigned(mmf_type type)
{
    return type == MMF_TYPE_UINT8 || type == MMF_TYPE_UINT16 || type == MMF_TYPE_UINT32 ||
           type == MMF_TYPE_UINT64;
}

bool mmf_type_is_integer(mmf_type type)
{
    return mmf_type_is_signed(type) || mmf_type_is_unsigned(type);
}

bool mmf_type_is_float(mmf_type type)
{
    return type == MMF_TYPE_FLOAT32 || type == MMF_TYPE_FLOAT64;
}

bool mmf_type_is_text(mmf_type type)
{
    return type == MMF_TYPE_STRING || type == MMF_TYPE_BYTES;
}

void mmf_type_integer_range(mmf_type type, int64_t *ret_min, uint64_t *ret_max)
{
    unsigned bits = 8 * mmf_type_info_of(type)->size;

    assert(mmf_type_is_integer(type));
    if (mmf_type_is_signed(type)) {
        *ret_max = UINT64_MAX >> (65 - bits);
        *ret_min = -(int64_t)*ret_max - 1;
    } else {
        *ret_max = UINT64_MAX >> (64 - bits);
        *ret_min = 0;
    }
}
