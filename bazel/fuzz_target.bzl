"""fuzz_target: one function that takes bytes, as a test and as a libFuzzer binary."""

load("@rules_cc//cc:defs.bzl", "cc_test")
load(":copts.bzl", "MMF_COPTS")

def fuzz_target(name, srcs, corpus, deps, linkopts = [], **kwargs):
    """Makes a cc_test of LLVMFuzzerTestOneInput().

    Ordinarily it replays the corpus, each file once. With --config=fuzz it is a libFuzzer
    binary that starts from the corpus and runs for ten seconds, or for as long as
    --test_arg=-max_total_time=SECONDS says.

    Args:
      name: of the test
      srcs: C files, one of which defines LLVMFuzzerTestOneInput()
      corpus: the directory of the inputs, below this package; it must have some
      deps: what is fuzzed
      linkopts: further options of the linker
      **kwargs: further attributes of the test
    """
    corpus_files = name + "_corpus"
    native.filegroup(
        name = corpus_files,
        srcs = native.glob([corpus + "/**"], allow_empty = False),
    )
    cc_test(
        name = name,
        size = "small",
        srcs = srcs,
        args = select({
            "//fuzz:fuzzing": [
                "-max_total_time=10",
                "{}/{}".format(native.package_name(), corpus),
            ],
            "//conditions:default": ["$(rootpaths :{})".format(corpus_files)],
        }),
        copts = MMF_COPTS,
        data = [":" + corpus_files],
        linkopts = linkopts + select({
            "//fuzz:fuzzing": ["-fsanitize=fuzzer"],
            "//conditions:default": [],
        }),
        deps = deps + select({
            "//fuzz:fuzzing": [],
            "//conditions:default": ["//fuzz:replay"],
        }),
        **kwargs
    )
