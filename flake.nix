{
  description = "mmapforge: zero-copy, mmap-backed typed record stores for C";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.11";

  outputs =
    { self, nixpkgs }:
    let
      systems = [
        "x86_64-linux"
        "aarch64-linux"
      ];
      forAllSystems = f: nixpkgs.lib.genAttrs systems (system: f nixpkgs.legacyPackages.${system});
      packageOf = pkgs: self.packages.${pkgs.stdenv.hostPlatform.system}.default;
    in
    {
      overlays.default = final: prev: {
        mmapforge = final.callPackage ./nix/package.nix { };
      };

      packages = forAllSystems (pkgs: {
        default = pkgs.callPackage ./nix/package.nix { };
      });

      apps = forAllSystems (
        pkgs:
        let
          app = name: description: {
            type = "app";
            program = "${packageOf pkgs}/bin/${name}";
            meta = { inherit description; };
          };
        in
        rec {
          default = mmf-gen;
          mmf = app "mmf" "Looks into mmapforge stores, and takes their data elsewhere";
          mmf-gen = app "mmf-gen" "Generates a typed C store from a JSON schema";
          mmf-fsck = app "mmf-fsck" "Checks mmapforge stores";
        }
      );

      checks = forAllSystems (pkgs: {
        # builds the package and runs its tests
        package = packageOf pkgs;
      });

      devShells = forAllSystems (pkgs: {
        default = pkgs.mkShell {
          inputsFrom = [ (packageOf pkgs) ];
          packages = [
            pkgs.bazel-buildtools
            pkgs.bazel_7
            pkgs.clang-tools
            pkgs.gbenchmark # of //bench, and so are lmdb and gnuplot
            pkgs.gdb
            pkgs.gnuplot
            pkgs.libsystemtap # sys/sdt.h
            pkgs.lmdb
            pkgs.perf
            pkgs.shellcheck
            pkgs.valgrind
          ];
        };
      });

      formatter = forAllSystems (pkgs: pkgs.nixfmt-tree);
    };
}
