/* numpy: a dtype that is the record, and a function that maps a store's records with it. */
#include "codegen/engine_parts.h"
#include "codegen/numpy_type.h"
#include "schema/layout.h"

/* Python of the part that is the same for all; the mapping is the file's own bytes. */
static const char mapping[] =
    "\n\n"
    "def $prefix$_map(path):\n"
    "    \"\"\"The records of a store, mapped read-only: nothing is copied.\n"
    "\n"
    "    They change while others write. A row whose _counter is odd, or another one after the\n"
    "    row was read, was being written.\n"
    "    \"\"\"\n"
    "    with open(path, \"rb\") as file:\n"
    "        header = file.read(96)\n"
    "    if len(header) < 64 or header[:4] != b\"MMFG\":\n"
    "        raise ValueError(f\"{path}: not an mmapforge file\")\n"
    "    (version,) = struct.unpack_from(\"<I\", header, 4)\n"
    "    if version != $format$ or header[8:40] != $prefix$_hash:\n"
    "        raise ValueError(f\"{path}: its records are of another schema\")\n"
    "    (count,) = struct.unpack_from(\"<Q\", header, 48)\n"
    "    offset = $offset$\n"
    "    if count == 0:\n"
    "        return np.empty(0, $prefix$_dtype)\n"
    "    return np.memmap(path, $prefix$_dtype, \"r\", offset, (count,))\n";

static void add_field(const mmf_engine_input *input, const mmf_field *field, mmf_text *text)
{
    mmf_text words = {0};

    mmf_text_format(text, "    (\"%s\", ", field->name.text);
    mmf_numpy_add_type(text, field, input->is_raw, MMF_NUMPY_DICT);
    mmf_text_format(text, ", %u),", field->offset);
    mmf_engine_describe(field, &words);
    if (field->logical == MMF_LOGICAL_DECIMAL) {
        mmf_text_format(&words, "%sdivide by 10**%u", words.size > 0 ? "; " : "", field->scale);
    }
    if (words.size > 0) {
        mmf_text_add(text, "  # ");
        mmf_engine_add_line(text, mmf_text_string(&words));
    }
    mmf_text_add(text, "\n");
    text->out_of_memory |= words.out_of_memory;
    mmf_text_clear(&words);
}

static void add_dtype(const mmf_engine_input *input, mmf_text *text)
{
    const mmf_model *model = input->model;
    const char *prefix = model->prefix.text;

    mmf_text_format(
        text, "%s_fields = [  # name, format, offset\n    (\"_counter\", \"<u8\", 0),\n", prefix);
    for (uint32_t i = 0; i < model->field_count; i++) {
        add_field(input, &model->fields[i], text);
    }
    if (model->checksum_offset) {
        mmf_text_format(text, "    (\"_checksum\", \"<u4\", %u),\n", model->checksum_offset);
    }
    mmf_text_format(text,
                    "]\n\n"
                    "%s_dtype = np.dtype({\n"
                    "    \"names\": [name for name, _, _ in %s_fields],\n"
                    "    \"formats\": [format for _, format, _ in %s_fields],\n"
                    "    \"offsets\": [offset for _, _, offset in %s_fields],\n"
                    "    \"itemsize\": %u,\n"
                    "})\n",
                    prefix, prefix, prefix, prefix, model->record_size);
}

/* Names of enums by their numbers. */
static void add_symbols(const mmf_model *model, mmf_text *text)
{
    mmf_text_format(text, "\n%s_symbols = {\n", model->prefix.text);
    for (uint32_t i = 0; i < model->field_count; i++) {
        const mmf_field *field = &model->fields[i];

        if (field->type != MMF_TYPE_ENUM) {
            continue;
        }
        mmf_text_format(text, "    \"%s\": {", field->name.text);
        for (uint32_t k = 0; k < field->symbol_count; k++) {
            mmf_text_format(text, "%s%lld: \"%s\"", k > 0 ? ", " : "",
                            (long long)field->symbols[k].value, field->symbols[k].name.text);
        }
        mmf_text_add(text, "},\n");
    }
    mmf_text_add(text, "}\n");
}

static void add_hash(const mmf_model *model, mmf_text *text)
{
    mmf_text_format(text, "\n%s_hash = bytes.fromhex(\n    \"", model->prefix.text);
    for (size_t i = 0; i < sizeof model->hash; i++) {
        mmf_text_format(text, "%02x", model->hash[i]);
    }
    mmf_text_add(text, "\"\n)\n");
}

void mmf_emit_numpy(const mmf_engine_input *input, mmf_text *text)
{
    const mmf_model *model = input->model;
    bool is_format_1 = model->format == MMF_FORMAT_1;
    const mmf_hole holes[] = {
        {"prefix", model->prefix.text},
        {"format", is_format_1 ? "1" : "2"},
        {"offset", is_format_1 ? "64" : "struct.unpack_from(\"<I\", header, 88)[0]"},
    };

    mmf_engine_banner(input, "#", text);
    mmf_text_add(text, "import struct\n\nimport numpy as np\n\n");
    add_dtype(input, text);
    add_symbols(model, text);
    add_hash(model, text);
    mmf_text_fill_raw(text, mapping, &(mmf_holes){holes, sizeof holes / sizeof *holes, NULL});
}
