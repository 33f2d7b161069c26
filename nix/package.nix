{
  lib,
  stdenv,
  check,
  jansson,
  libmd,
  ncurses,
  pkg-config,
  sqlite,
}:

# Bazel is the build for development. A package needs no more than a compiler,
# and Bazel would want a network, so this calls the compiler.
stdenv.mkDerivation {
  pname = "mmapforge";
  version = "0.1.0";

  src = lib.fileset.toSource {
    root = ../.;
    fileset = lib.fileset.unions [
      ../codegen
      ../examples
      ../fsck
      ../LICENSE
      ../nix/installed_check_test.c
      ../nix/installed_test.c
      ../nix/mmapforge-check.pc.in
      ../nix/mmapforge.pc.in
      ../runtime
      ../schema
      ../sqlite
      ../tests
      ../tools
    ];
  };

  strictDeps = true;
  nativeBuildInputs = [ pkg-config ];
  # of libmmapforge-check.a, and so of who links it
  propagatedBuildInputs = [
    jansson
    libmd
  ];
  buildInputs = [
    ncurses # of mmf
    sqlite # its headers, for the loadable extension
  ];
  checkInputs = [ check ];

  buildPhase = ''
    runHook preBuild
    export CC cflags="-std=c11 -D_GNU_SOURCE= -O2 -Wall -Wextra -fPIC -I."
    jobs=''${NIX_BUILD_CORES:-1}
    [ "$jobs" -gt 0 ] || jobs=$(nproc)

    # objects SOURCE...: their names
    objects() {
      local source
      for source; do
        echo "objects/''${source//\//-}.o"
      done
    }

    # all of them, several at a time
    mkdir objects
    printf '%s\n' {codegen,fsck,runtime,schema,sqlite,tools,tools/commands}/*.c |
      xargs -P "$jobs" -I % sh -c \
        '$CC $cflags $(pkg-config --cflags jansson libmd ncursesw sqlite3) -c % \
          -o "objects/$(echo % | tr / -).o"'

    # what //runtime and //schema:format are: no library but libc
    format=$(echo schema/{crc32c,format,status,types}.c)
    $AR rcs libmmapforge.a $(objects runtime/*.c $format)
    $AR rcs schema.a $(objects schema/*.c)
    schemaLibs="schema.a $(pkg-config --libs jansson libmd)"
    $CC -o mmf-gen $(objects codegen/*.c) $schemaLibs

    # what //fsck:check is, with //schema: all but the program, and what libmmapforge.a has
    program=$(echo fsck/{ask,cancel,main,options,progress,report_json,report_text,run}.c)
    others=" $program $format "
    library=
    for source in fsck/*.c schema/*.c; do
      [[ $others == *" $source "* ]] || library+=" $source"
    done
    $AR rcs libmmapforge-check.a $(objects $library)
    checkerLibs="libmmapforge-check.a libmmapforge.a $(pkg-config --libs jansson libmd)"
    $CC -o mmf-fsck $(objects $program) $checkerLibs -pthread

    # //tools:mmf takes some of the generator too
    $AR rcs codegen.a $(objects codegen/*.c)
    $AR d codegen.a codegen-main.c.o
    $CC -o mmf $(objects fsck/{cancel,progress}.c tools/*.c tools/commands/*.c) codegen.a $checkerLibs \
      $(pkg-config --libs ncursesw) -pthread -lm

    # //sqlite:mmf.so: its entry point alone is seen, and SQLite is the one that loads it
    $AR rcs tools.a $(objects tools/*.c)
    $AR d tools.a tools-main.c.o
    $CC -shared -o mmf.so $(objects sqlite/*.c) tools.a $checkerLibs \
      -Wl,--version-script=sqlite/exports.map -pthread -lm
    runHook postBuild
  '';

  doCheck = true;
  checkPhase = ''
    runHook preCheck
    export TEST_TMPDIR=$(mktemp -d)
    export checkLibs="$(pkg-config --cflags --libs check) $(pkg-config --cflags --libs jansson) -lm"

    # Bazel runs all there are; these tell whether the package was put together rightly.
    # SOURCE [ARGUMENT OF THE COMPILER]...: a line for xargs
    for source in tests/schema/*_test.c; do
      echo $source $schemaLibs
    done >tests.list
    for source in tests/runtime/{field,recovery,text}_test.c; do
      echo "$source tests/runtime/testing.c tests/fixtures/contents.c libmmapforge.a"
    done >>tests.list
    echo tests/fsck/fixtures_test.c tests/runtime/testing.c tests/fixtures/contents.c \
      $checkerLibs >>tests.list
    mkdir generated
    for schema in examples/*/*.mmf.json; do
      ./mmf-gen --quiet -o generated --tests "$schema"
      name=generated/$(basename "$schema" .mmf.json)
      echo "''${name}_mmf_test.c $name.mmf.c libmmapforge.a"
    done >>tests.list
    xargs -P "$jobs" -L 1 bash -euc '
      program=$(mktemp -d)/unit_test
      $CC $cflags -O0 -o "$program" "$@" $checkLibs -pthread
      "$program"' test <tests.list
    runHook postCheck
  '';

  installPhase = ''
    runHook preInstall
    install -Dm755 -t $out/bin mmf mmf-gen mmf-fsck
    install -Dm755 -t $out/lib/sqlite3 mmf.so
    install -Dm644 -t $out/share/mmapforge tools/gdb/mmf_gdb.py
    install -Dm644 -t $out/share/man/man1 tools/man/*.1
    install -Dm644 -t $out/lib libmmapforge.a libmmapforge-check.a
    install -Dm644 -t $out/include/mmapforge/runtime runtime/*.h
    install -Dm644 -t $out/include/mmapforge/schema \
      schema/format.h schema/status.h schema/status.def schema/types.h schema/types.def \
      schema/diagnostics.h schema/json.h schema/model.h
    install -Dm644 -t $out/include/mmapforge/fsck fsck/check.h fsck/problem.h fsck/problem.def
    install -Dm644 -t $out/share/man/man8 fsck/mmf-fsck.8
    install -Dm644 -t $out/share/mmapforge schema/mmf-1.schema.json
    for name in mmapforge mmapforge-check; do
      substitute nix/$name.pc.in $name.pc --subst-var out --subst-var version
      install -Dm644 -t $out/lib/pkgconfig $name.pc
    done
    runHook postInstall
  '';

  # programs, from what was installed alone
  doInstallCheck = true;
  installCheckPhase = ''
    runHook preInstallCheck
    mkdir elsewhere
    cp tests/golden/tick.mmf.json nix/installed_test.c nix/installed_check_test.c elsewhere
    pushd elsewhere
    $out/bin/mmf-gen tick.mmf.json
    export PKG_CONFIG_PATH=$out/lib/pkgconfig:''${PKG_CONFIG_PATH-}
    $CC -std=c11 $(pkg-config --cflags mmapforge) -o installed_test installed_test.c tick.mmf.c \
      $(pkg-config --libs mmapforge)
    ./installed_test
    $out/bin/mmf-fsck ticks.mmf
    $CC -std=c11 $(pkg-config --cflags mmapforge-check) -o installed_check_test \
      installed_check_test.c $(pkg-config --libs mmapforge-check)
    ./installed_check_test ticks.mmf tick.mmf.json
    $out/bin/mmf stat ticks.mmf
    test -s $out/share/man/man8/mmf-fsck.8*
    popd
    runHook postInstallCheck
  '';

  meta = {
    description = "Zero-copy, mmap-backed typed record stores for C";
    license = lib.licenses.mit;
    mainProgram = "mmf-gen";
    platforms = lib.platforms.linux;
  };
}
