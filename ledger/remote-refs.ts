/** Names of the shared ledger on a remote: a ref of its own, or a branch where a host refuses custom refs. */
export const REMOTE_REFS = { ref: 'refs/upkeep/ledger', branch: 'refs/heads/upkeep/ledger' } as const;
