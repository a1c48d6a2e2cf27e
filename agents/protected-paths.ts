/** What agents never change unless the configuration allows it: workflows, hooks, their own configuration. */
const PROTECTED = [
  /^\.github\//,
  /^\.(husky|githooks|git-hooks)\//,
  /^(lefthook|\.lefthook)\.(ya?ml|json|toml)$/,
  /^\.pre-commit-config\.ya?ml$/,
  /^agent\.config\.(json|ya?ml)$/,
  /(^|\/)\.git(modules|attributes)$/,
];

/** Whether the path (repository-relative) is protected. */
export function isProtectedPath(path: string): boolean {
  return PROTECTED.some((pattern) => pattern.test(path));
}
