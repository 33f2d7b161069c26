#include "codegen/generate.h"

#include <stdlib.h>

#include "codegen/emit.h"
#include "schema/json.h"

static mmf_status emit_all(const mmf_emit *emit, bool with_test, mmf_generated *ret_generated)
{
    mmf_generated generated = {0};

    mmf_emit_header(emit, &generated.header);
    mmf_emit_source(emit, &generated.source);
    if (with_test) {
        mmf_emit_test(emit, &generated.test);
    }
    if (generated.header.out_of_memory || generated.source.out_of_memory ||
        generated.test.out_of_memory) {
        mmf_generated_clear(&generated);
        return MMF_E_NO_MEMORY;
    }
    *ret_generated = generated;
    return MMF_OK;
}

mmf_status mmf_generate(const mmf_model *model, const mmf_generate_options *options,
                        mmf_diagnostics *diagnostics, mmf_generated *ret_generated)
{
    mmf_names *names = NULL;
    mmf_c_record *record = NULL;
    char *canonical = NULL;
    mmf_status status = mmf_names_make(model, diagnostics, &names);

    if (status != MMF_OK) {
        goto cleanup;
    }
    status = mmf_c_record_make(model, &record);
    if (status != MMF_OK) {
        goto cleanup;
    }
    canonical = mmf_schema_canonical(model);
    if (!canonical) {
        status = MMF_E_NO_MEMORY;
        goto cleanup;
    }
    status = emit_all(
        &(mmf_emit){model, names, record, options->schema_file, options->basename, canonical},
        options->with_test, ret_generated);
cleanup:
    free(canonical);
    mmf_c_record_free(record);
    mmf_names_free(names);
    return status;
}

void mmf_generated_clear(mmf_generated *generated)
{
    mmf_text_clear(&generated->header);
    mmf_text_clear(&generated->source);
    mmf_text_clear(&generated->test);
}
