"""Repositories that mmapforge needs in WORKSPACE mode. Nothing is downloaded."""

load("@bazel_tools//tools/build_defs/repo:utils.bzl", "maybe")
load(":offline.bzl", "offline_repository")
load(":pkg_config.bzl", "pkg_config_library")

# name: (headers, Debian package); the name is pkg-config's too
_SYSTEM_LIBRARIES = {
    "benchmark": (["benchmark/*.h"], "libbenchmark-dev"),
    "check": (["check*.h"], "check"),
    "jansson": (["jansson*.h"], "libjansson-dev"),
    "libmd": (["sha2.h"], "libmd-dev"),
    "lmdb": (["lmdb.h"], "liblmdb-dev"),
    "ncursesw": (["ncurses*.h"], "libncurses-dev"),
    "sqlite3": (["sqlite3*.h"], "libsqlite3-dev"),
}

def system_libraries(declare = pkg_config_library):
    """Libraries taken from the machine (or from `nix develop`) through pkg-config.

    Args:
      declare: called with the attributes of each repository.
    """
    for name, (hdrs, apt_package) in _SYSTEM_LIBRARIES.items():
        declare(
            name = name,
            hdrs = hdrs,
            apt_package = apt_package,
            module = name,
        )

def _unless_there(**attributes):
    maybe(pkg_config_library, **attributes)

def mmapforge_deps():
    """Call this from a WORKSPACE file; with Bzlmod it is not needed.

    A repository of one of these names that the workspace has already is kept.
    """

    # In WORKSPACE mode the C++ rules are still built into Bazel: a few lines that
    # re-export them replace the download of rules_cc.
    maybe(offline_repository, name = "rules_cc")

    # A Bazel that a distribution bootstrapped from source (Debian and Ubuntu:
    # apt-get install bazel-bootstrap) reports an empty version. Its built-in
    # WORKSPACE suffix would download these although a C build never uses them.
    if not native.bazel_version:
        maybe(offline_repository, name = "rules_java")
        maybe(offline_repository, name = "rules_proto")
        maybe(offline_repository, name = "remote_coverage_tools")

    system_libraries(_unless_there)
