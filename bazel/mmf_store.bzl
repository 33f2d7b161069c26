"""The rule behind mmf_store(): schema → C → one archive. Use //:mmf.bzl, which adds tests."""

load("@rules_cc//cc:find_cc_toolchain.bzl", "find_cc_toolchain", "use_cc_toolchain")
load("@rules_cc//cc/common:cc_common.bzl", "cc_common")
load("@rules_cc//cc/common:cc_info.bzl", "CcInfo")

MmfSchemaInfo = provider(
    doc = "What an mmf_store was generated from, and what into.",
    fields = {
        "schema": "File: the JSON schema",
        "header": "File: the generated header",
        "source": "File: the generated source",
    },
)

def _generate(ctx):
    """Declares the action that runs mmf-gen.

    Args:
      ctx: of the rule
    Returns:
      header, source and test source (None unless it was asked for)
    """
    name = ctx.label.name  # may have directories in it
    header = ctx.actions.declare_file(name + ".mmf.h")
    source = ctx.actions.declare_file(name + ".mmf.c")
    test = ctx.actions.declare_file(name + "_mmf_test.c") if ctx.attr.tests else None

    args = ctx.actions.args()
    args.add("--quiet")
    args.add("-o", header.dirname)
    args.add("--basename", name.split("/")[-1])
    if test:
        args.add("--tests")
    args.add(ctx.file.schema)

    ctx.actions.run(
        executable = ctx.executable._generator,
        arguments = [args],
        inputs = [ctx.file.schema],
        outputs = [header, source] + ([test] if test else []),
        mnemonic = "MmfGen",
        progress_message = "Generating store %s" % ctx.label,
    )
    return header, source, test

def _compile(ctx, header, source):
    """Compiles the generated source into an archive.

    Args:
      ctx: of the rule
      header: File
      source: File
    Returns:
      the CcInfo and the list of archives
    """
    cc_toolchain = find_cc_toolchain(ctx)
    feature_configuration = cc_common.configure_features(
        ctx = ctx,
        cc_toolchain = cc_toolchain,
        requested_features = ctx.features,
        unsupported_features = ctx.disabled_features,
    )
    runtime = ctx.attr.runtime[CcInfo]
    compilation_context, compilation_outputs = cc_common.compile(
        name = ctx.label.name,
        actions = ctx.actions,
        cc_toolchain = cc_toolchain,
        feature_configuration = feature_configuration,
        srcs = [source],
        public_hdrs = [header],
        user_compile_flags = ctx.attr.copts,
        compilation_contexts = [runtime.compilation_context],
    )
    linking_context, linking_outputs = cc_common.create_linking_context_from_compilation_outputs(
        name = ctx.label.name,
        actions = ctx.actions,
        cc_toolchain = cc_toolchain,
        feature_configuration = feature_configuration,
        compilation_outputs = compilation_outputs,
        linking_contexts = [runtime.linking_context],
        # a store is small: one archive, no shared library beside it
        disallow_dynamic_library = True,
    )
    library = linking_outputs.library_to_link
    archives = [library.static_library, library.pic_static_library] if library else []
    cc_info = CcInfo(
        compilation_context = compilation_context,
        linking_context = linking_context,
    )
    return cc_info, [archive for archive in archives if archive]

def _mmf_store_impl(ctx):
    header, source, test = _generate(ctx)
    cc_info, archives = _compile(ctx, header, source)
    return [
        DefaultInfo(files = depset([header] + archives)),
        OutputGroupInfo(
            mmf_sources = depset([header, source]),
            mmf_test = depset([test] if test else []),
        ),
        cc_info,
        MmfSchemaInfo(schema = ctx.file.schema, header = header, source = source),
        coverage_common.instrumented_files_info(ctx, dependency_attributes = ["runtime"]),
    ]

mmf_store = rule(
    implementation = _mmf_store_impl,
    doc = "Generates, compiles and offers the typed store of one JSON schema.",
    attrs = {
        "schema": attr.label(
            allow_single_file = [".json"],
            mandatory = True,
            doc = "The JSON schema.",
        ),
        "tests": attr.bool(doc = "Also generate a test: output group mmf_test."),
        "copts": attr.string_list(doc = "Compiler flags for the generated C file."),
        # public: Bazel 4 leaves a private attribute out of coverage
        "runtime": attr.label(
            default = Label("//runtime"),
            providers = [CcInfo],
            doc = "The library that generated code calls.",
        ),
        "_generator": attr.label(
            default = Label("//codegen:mmf-gen"),
            cfg = "exec",
            executable = True,
        ),
        "_cc_toolchain": attr.label(
            default = Label("@rules_cc//cc:current_cc_toolchain"),
        ),
    },
    fragments = ["cpp"],
    provides = [CcInfo, MmfSchemaInfo],
    toolchains = use_cc_toolchain(),
)
