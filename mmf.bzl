"""mmf_store(): a typed record store from a JSON schema.

    load("@mmapforge//:mmf.bzl", "mmf_store")

    mmf_store(
        name = "tick",
        schema = "tick.mmf.json",
    )

    cc_binary(
        name = "feed",
        srcs = ["feed.c"],  # #include "path/of/package/tick.mmf.h"
        deps = [":tick"],
    )

The header is named after the target, not after the schema file. The C prefix of what it
declares is the schema's. A rule that wants to know what a target was generated from asks
for MmfSchemaInfo.
"""

load("@rules_cc//cc:defs.bzl", "cc_test")
load("//bazel:mmf_store.bzl", _MmfSchemaInfo = "MmfSchemaInfo", _mmf_store = "mmf_store")

MmfSchemaInfo = _MmfSchemaInfo

# What the targets of a test have in common with the store.
_SHARED_ATTRIBUTES = ["compatible_with", "restricted_to", "tags"]
_TEST_ATTRIBUTES = ["deprecation", "exec_compatible_with", "features", "target_compatible_with"]

def _only(attributes, names):
    return {name: attributes[name] for name in names if name in attributes}

def mmf_store(name, schema, tests = False, **kwargs):
    """Generates, compiles and offers the typed store of one JSON schema.

    Args:
      name: of the target; `#include "PACKAGE/NAME.mmf.h"`
      schema: label of the schema, a .json file
      tests: also makes NAME_mmf_test, a cc_test (with Check) of the generated store
      **kwargs: copts (for the generated C files), runtime, and whatever every rule takes
    """
    _mmf_store(
        name = name,
        schema = schema,
        tests = tests,
        **kwargs
    )
    if not tests:
        return

    native.filegroup(
        name = name + "_mmf_test_source",
        testonly = True,
        srcs = [":" + name],
        output_group = "mmf_test",
        visibility = ["//visibility:private"],
        **_only(kwargs, _SHARED_ATTRIBUTES)
    )
    cc_test(
        name = name + "_mmf_test",
        size = "small",
        srcs = [":" + name + "_mmf_test_source"],
        copts = kwargs.get("copts", []),
        deps = [
            ":" + name,
            # not "@check": it has to be this repository's, whoever calls
            Label("@check//:check"),
        ],
        **_only(kwargs, _SHARED_ATTRIBUTES + _TEST_ATTRIBUTES)
    )
