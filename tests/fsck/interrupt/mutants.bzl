"""Tests that have to fail: those of repairs, of a checker that is broken on purpose."""

load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_library")
load("//bazel:copts.bzl", "MMF_COPTS")

def fsck_mutant(name, define, tests, wreck_deps, package = "", env = {}):
    """Builds the checker with a switch that breaks it; each test must find that out.

    Args:
      name: of the mutant; its tests are NAME_fails_TEST
      define: the switch, MMF_MUTANT_…
      tests: which test programs find it, by names, and what they need
      wreck_deps: what the stores that are wrecked need
      package: of the test programs
      env: environment of the tests
    """
    cc_library(
        name = name + "_parts",
        testonly = True,
        srcs = [
            ":wreck_sources",
            "//fsck:sources",
        ],
        # what is broken may leave something unused
        copts = MMF_COPTS + [
            "-D_GNU_SOURCE",
            "-Wno-unused",
        ],
        data = ["ward_old.mmf.json"],
        defines = [define],
        tags = ["manual"],
        textual_hdrs = ["//fsck:problem.def"],
        deps = wreck_deps + ["//runtime:internals"],
    )

    for test, deps in tests.items():
        cc_binary(
            name = "%s_%s" % (name, test),
            testonly = True,
            srcs = ["%s:%s_sources" % (package, test)],
            copts = MMF_COPTS,
            linkopts = ["-pthread"],
            tags = ["manual"],
            deps = [":%s_parts" % name] + deps,
        )
        native.sh_test(
            name = "%s_fails_%s" % (name, test),
            size = "medium",
            srcs = ["//tests/crash:expect_violation.sh"],
            args = ["$(rootpath :%s_%s)" % (name, test)],
            data = [":%s_%s" % (name, test)],
            env = env,
            tags = [
                "no-asan",
                "no-release",
                "no-tsan",
                "no-valgrind",
            ],
        )
