{
  description = ''
    Just enough of nixpkgs, made of the machine's own /usr, to run flake.nix without a network:
    nix flake check --override-input nixpkgs path:./nix/standin
  '';

  outputs =
    { self }:
    let
      systems = [
        "x86_64-linux"
        "aarch64-linux"
      ];
      lib = {
        genAttrs =
          names: f:
          builtins.listToAttrs (
            map (name: {
              inherit name;
              value = f name;
            }) names
          );
        licenses.mit.spdxId = "MIT";
        platforms.linux = systems;
        fileset = {
          unions = paths: map toString paths;
          toSource =
            { root, fileset }:
            builtins.path {
              name = "source";
              path = root;
              filter =
                path: _:
                builtins.any (
                  member:
                  # a member, something below one, or a directory above one
                  path == member || hasPrefix "${member}/" path || hasPrefix "${path}/" member
                ) fileset;
            };
        };
      };
      hasPrefix = prefix: text: builtins.substring 0 (builtins.stringLength prefix) text == prefix;

      pkgsFor =
        system:
        let
          mkDerivation =
            args:
            derivation (
              {
                inherit system;
                name = args.name or "${args.pname}-${args.version or "0"}";
                builder = "/bin/bash";
                args = [
                  "-ec"
                  "source $stdenv/setup; genericBuild"
                ];
                stdenv = ./stdenv;
                outputs = [ "out" ]; # nix develop reads it
              }
              // builtins.removeAttrs args [
                "meta"
                "passthru"
              ]
            )
            // {
              meta = args.meta or { };
              args' = args;
            };

          # a package of programs that /usr/bin has
          programs =
            name: tools:
            mkDerivation {
              inherit name;
              unpackPhase = ":";
              buildPhase = ":";
              installPhase = ''
                mkdir -p $out/bin
                for tool in ${toString tools}; do
                  if [ -x /usr/bin/$tool ]; then
                    ln -s /usr/bin/$tool $out/bin/
                  fi
                done
              '';
            };

          # a package of a library that /usr has, as pkg-config finds it
          library =
            name: headers: files:
            mkDerivation {
              inherit name;
              unpackPhase = ":";
              buildPhase = ":";
              installPhase = ''
                mkdir -p $out/include $out/lib/pkgconfig
                for file in ${headers}; do
                  cp -r /usr/include/$file $out/include
                done
                libdir=$(env -u PKG_CONFIG_LIBDIR pkg-config --variable=libdir ${name})
                for file in ${files}; do
                  cp -a $libdir/$file $out/lib
                done
                sed -e "s,/usr/include,$out/include,; s,^libdir=.*,libdir=$out/lib," \
                  -e "s,^prefix=.*,prefix=$out," -e '/^Requires:/d' \
                  -e '/^Libs:/s,-lcheck_pic,-lcheck_pic -lsubunit,' \
                  $libdir/pkgconfig/${name}.pc > $out/lib/pkgconfig/${name}.pc
              '';
            };

          pkgs = {
            inherit lib;
            stdenv = {
              inherit mkDerivation;
              hostPlatform = { inherit system; };
            };
            mkShell =
              args:
              let
                from = map (drv: drv.args') args.inputsFrom;
                all = attr: builtins.concatMap (a: a.${attr} or [ ]) from;
              in
              mkDerivation {
                name = "nix-shell";
                nativeBuildInputs = args.packages ++ all "nativeBuildInputs" ++ all "nativeCheckInputs";
                buildInputs = all "buildInputs" ++ all "propagatedBuildInputs" ++ all "checkInputs";
                unpackPhase = ":";
                buildPhase = "export > $out";
                installPhase = ":";
              };
            callPackage =
              file: overrides:
              let
                f = import file;
              in
              f (builtins.intersectAttrs (builtins.functionArgs f) pkgs // overrides);

            check = library "check" "check*.h" "libcheck*.a libsubunit.*";
            jansson = library "jansson" "jansson*.h" "libjansson.*";
            libmd = library "libmd" "sha2.h" "libmd.*";
            ncurses = library "ncursesw" "curses.h ncurses.h ncurses_dll.h unctrl.h" "libncursesw.* libtinfo.*";
            gbenchmark = library "benchmark" "benchmark" "libbenchmark.*";
            lmdb = library "lmdb" "lmdb.h" "liblmdb.*";
            sqlite = library "sqlite3" "sqlite3*.h" "libsqlite3.*";

            bashInteractive = programs "bash-interactive" [ "bash" ];
            bazel-buildtools = programs "bazel-buildtools" [ "buildifier" ];
            bazel_7 = programs "bazel" [ "bazel" ];
            clang-tools = programs "clang-tools" [
              "clang-format"
              "clang-tidy"
              "clangd"
            ];
            gdb = programs "gdb" [ "gdb" ];
            gnuplot = programs "gnuplot" [ "gnuplot" ];
            libsystemtap = programs "libsystemtap" [ "dtrace" ];
            nixfmt-tree = programs "nixfmt-tree" [ "treefmt" ];
            perf = programs "perf" [ "perf" ];
            shellcheck = programs "shellcheck" [ "shellcheck" ];
            pkg-config = programs "pkg-config" [ "pkg-config" ];
            # Debian's is a script that looks for the other beside itself
            valgrind = programs "valgrind" [
              "valgrind"
              "valgrind.bin"
            ];
          };
        in
        pkgs;
    in
    {
      inherit lib;
      legacyPackages = lib.genAttrs systems pkgsFor;
    };
}
