{
  lib,
  stdenv,
  check,
  jansson,
  libmd,
  pkg-config,
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
      ../tests
    ];
  };

  strictDeps = true;
  nativeBuildInputs = [ pkg-config ];
  # of libmmapforge-check.a, and so of who links it
  propagatedBuildInputs = [
    jansson
    libmd
  ];
  checkInputs = [ check ];

  buildPhase = ''
    runHook preBuild
    cflags="-std=c11 -D_GNU_SOURCE= -O2 -Wall -Wextra -I."

    # archive NAME SOURCE...
    archive() {
      local name=$1 source objects=()
      shift
      for source; do
        objects+=("$name.$(echo "$source" | tr / -).o")
        $CC $cflags -c "$source" -o "''${objects[-1]}"
      done
      $AR rcs "$name" "''${objects[@]}"
    }

    # what //runtime and //schema:format are: no library but libc
    archive libmmapforge.a runtime/*.c schema/{crc32c,format,status,types}.c
    archive schema.a schema/*.c
    schemaLibs="schema.a $(pkg-config --cflags --libs jansson libmd)"
    $CC $cflags -o mmf-gen codegen/*.c $schemaLibs

    # what //fsck:check is, with //schema: all but the program, and what libmmapforge.a has
    program=$(echo fsck/{ask,cancel,main,options,printable,progress,report_json,report_text,run}.c)
    others=" $program $(echo schema/{crc32c,format,status,types}.c) "
    library=
    for source in fsck/*.c schema/*.c; do
      [[ $others == *" $source "* ]] || library+=" $source"
    done
    archive libmmapforge-check.a $library
    checkerLibs="libmmapforge-check.a libmmapforge.a $(pkg-config --cflags --libs jansson libmd)"
    $CC $cflags -o mmf-fsck $program $checkerLibs -pthread
    runHook postBuild
  '';

  doCheck = true;
  checkPhase = ''
    runHook preCheck
    export TEST_TMPDIR=$(mktemp -d)
    checkLibs=$(pkg-config --cflags --libs check)
    jansson=$(pkg-config --cflags --libs jansson)

    # run_test SOURCE [COMPILER ARGUMENT...]
    run_test() {
      $CC $cflags -o unit_test "$@" $checkLibs
      ./unit_test
    }

    for source in tests/schema/*_test.c; do
      run_test "$source" $schemaLibs
    done
    for source in tests/runtime/*_test.c; do
      run_test "$source" tests/runtime/testing.c tests/fixtures/contents.c libmmapforge.a \
        $jansson -lm
    done
    run_test tests/fsck/fixtures_test.c tests/runtime/testing.c tests/fixtures/contents.c \
      $checkerLibs -lm -pthread
    mkdir generated
    for schema in examples/*/*.mmf.json; do
      ./mmf-gen -o generated --tests "$schema"
      name=generated/$(basename "$schema" .mmf.json)
      run_test "''${name}_mmf_test.c" "$name.mmf.c" libmmapforge.a
    done
    runHook postCheck
  '';

  installPhase = ''
    runHook preInstall
    install -Dm755 -t $out/bin mmf-gen mmf-fsck
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
