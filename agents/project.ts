/** The repository at one commit, as the checks see it: its paths and manifests, without a worktree. */

/** One package.json of the repository. */
export interface PackageManifest {
  /** Repository-relative folder, '' for the root. */
  readonly dir: string;
  /** Repository-relative path of the package.json. */
  readonly path: string;
  readonly name: string | null;
  readonly scripts: Readonly<Record<string, string>>;
  /** dependencies, devDependencies, optionalDependencies and peerDependencies: name → range. */
  readonly dependencies: Readonly<Record<string, string>>;
  /** The whole document without the fields in `wrong`. */
  readonly json: Readonly<Record<string, unknown>>;
  /** Fields of a type that nobody can read. */
  readonly wrong: readonly WrongField[];
}

/** A field of a package.json whose type is not what it has to be. */
export interface WrongField {
  /** Keys and indices from the top: `['workspaces', 1]`. */
  readonly at: readonly (string | number)[];
  /** `text such as "1.0.0"` */
  readonly expected: string;
  /** `7`, `a list` */
  readonly got: string;
}

export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun';

export interface Project {
  readonly commit: string;
  /** Every tracked regular file and symbolic link, repository-relative POSIX paths, sorted; no submodules. */
  readonly files: readonly string[];
  has(path: string): boolean;
  /** Content of a tracked text file, or null when it is absent; from Git's objects, so it works without a worktree. */
  read(path: string): Promise<string | null>;
  /** Root first, then by path. A package.json that does not parse is left out and listed in `broken`. */
  readonly packages: readonly PackageManifest[];
  /** Manifests that do not parse: path and message. */
  readonly broken: readonly { readonly path: string; readonly message: string }[];
  readonly packageManager: PackageManager | null;
  /** Repository-relative path of the lockfile, or null. */
  readonly lockfile: string | null;
  /** Packages that are the root or match the root's `workspaces` / pnpm-workspace.yaml; others (fixtures, examples) are not installed by the root. */
  readonly workspaces: readonly PackageManifest[];
}
