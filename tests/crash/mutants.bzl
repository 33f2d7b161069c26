"""Tests that have to fail: the crash tests, of a runtime that is broken on purpose."""

load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_library")
load("//bazel:copts.bzl", "MMF_COPTS")

def crash_mutant(name, define, tests, env = {}):
    """Builds the runtime with a switch that breaks it; each test must find that out.

    Args:
      name: of the mutant; its tests are NAME_fails_TEST
      define: the switch, MMF_MUTANT_…
      tests: which of the test programs of this package find it, by names
      env: environment of the tests, to be shorter
    """
    cc_library(
        name = name + "_parts",
        testonly = True,
        srcs = [
            ":generated_sources",
            ":stepping_sources",
            ":subject_sources",
            "//runtime:sources",
            "//tests/runtime:testing.c",
            "//tests/runtime:testing.h",
        ],
        # what is broken may leave something unused
        copts = MMF_COPTS + ["-Wno-unused"],
        defines = [define],
        tags = ["manual"],
        deps = [
            "//schema:format",
            "@check",
        ],
    )

    for test in tests:
        cc_binary(
            name = "%s_%s" % (name, test),
            testonly = True,
            srcs = [":%s_sources" % test],
            copts = MMF_COPTS,
            linkopts = ["-pthread"],
            tags = ["manual"],
            deps = [":%s_parts" % name],
        )
        native.sh_test(
            name = "%s_fails_%s" % (name, test),
            size = "small",
            srcs = ["expect_violation.sh"],
            args = ["$(rootpath :%s_%s)" % (name, test)],
            data = [":%s_%s" % (name, test)],
            env = env,
            tags = [
                "no-asan",
                "no-tsan",
                "no-valgrind",
            ],
        )
