"""debuggable: a program with debug information, whatever the build is otherwise."""

def _keep_impl(settings, _attr):
    return {
        "//command_line_option:copt": settings["//command_line_option:copt"] + ["-g", "-O0"],
        "//command_line_option:strip": "never",
    }

_keep = transition(
    implementation = _keep_impl,
    inputs = ["//command_line_option:copt"],
    outputs = [
        "//command_line_option:copt",
        "//command_line_option:strip",
    ],
)

def _impl(ctx):
    program = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(
        output = program,
        target_file = ctx.attr.program[0][DefaultInfo].files_to_run.executable,
        is_executable = True,
    )
    return [DefaultInfo(executable = program, files = depset([program]))]

debuggable = rule(
    implementation = _impl,
    doc = "The same program, all of it compiled with -g and linked without stripping.",
    attrs = {
        "program": attr.label(cfg = _keep, executable = True, mandatory = True),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
    executable = True,
)
