"""A binary that is built as by -c opt, whatever the mode of everything else."""

# Flags of the command line too: those of a sanitizer or of --config=lto make other instructions.
def _optimised_impl(_settings, _attr):
    return {
        "//command_line_option:collect_code_coverage": False,
        "//command_line_option:compilation_mode": "opt",
        "//command_line_option:copt": [],
        "//command_line_option:linkopt": [],
        "//command_line_option:strip": "never",
    }

_optimised = transition(
    implementation = _optimised_impl,
    inputs = [],
    outputs = [
        "//command_line_option:collect_code_coverage",
        "//command_line_option:compilation_mode",
        "//command_line_option:copt",
        "//command_line_option:linkopt",
        "//command_line_option:strip",
    ],
)

def _optimised_binary_impl(ctx):
    program = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(output = program, target_file = ctx.executable.binary, is_executable = True)
    return [DefaultInfo(
        executable = program,
        runfiles = ctx.runfiles(files = [program]),
    )]

optimised_binary = rule(
    implementation = _optimised_binary_impl,
    doc = "Another name for a binary, which is built with -c opt and without --copt and --linkopt.",
    attrs = {
        "binary": attr.label(
            cfg = _optimised,
            executable = True,
            mandatory = True,
            doc = "The binary.",
        ),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
    executable = True,
)
