/** Addresses of the pages on which people change what a token may and what a repository allows; of github.com and of Enterprise alike. */

/** Whose token it is, as far as that can be told. */
export type TokenKind = 'workflow' | 'app' | 'fine-grained' | 'classic' | 'unknown';

export interface PageOwner {
  /** Page of the repository: `https://github.com/acme/site`. */
  readonly pages: string;
  readonly isOrganization: boolean;
  readonly defaultBranch: string;
}

const settings = ({ pages }: PageOwner, page: string): string => `${pages}/settings${page}`;

export const settingsPages = {
  general: (of: PageOwner) => settings(of, ''),
  features: (of: PageOwner) => settings(of, '#features'),
  actions: (of: PageOwner) => settings(of, '/actions'),
  branches: (of: PageOwner) => settings(of, '/branches'),
  access: (of: PageOwner) => settings(of, '/access'),
  /** The ruleset itself, where it is defined. */
  ruleset: (of: PageOwner, ruleset: { readonly id: number; readonly source: string | undefined }) =>
    ruleset.source === 'Organization' ? `${ownerSettings(of)}/rules/${ruleset.id}` : settings(of, `/rules/${ruleset.id}`),
  /** Where the permissions of the token are changed. `workflow`: path of the workflow file. */
  token: (of: PageOwner, kind: TokenKind, workflow: string | null): string => {
    switch (kind) {
      case 'workflow':
        return workflow === null ? settings(of, '/actions') : `${of.pages}/edit/${of.defaultBranch}/${workflow}`;
      case 'app':
        return `${ownerSettings(of)}/installations`;
      case 'fine-grained':
        return `${originOf(of.pages)}/settings/personal-access-tokens`;
      case 'classic':
      case 'unknown':
        return `${originOf(of.pages)}/settings/tokens`;
    }
  },
};

/** By what the token begins with; in Actions one that tells nothing is taken for the workflow's. */
export function tokenKindOf(token: string, isActions: boolean): TokenKind {
  if (token.startsWith('github_pat_')) return 'fine-grained';
  if (/^gh[po]_/.test(token) || /^[0-9a-f]{40}$/.test(token)) return 'classic';
  if (isActions) return 'workflow';
  return token.startsWith('ghs_') ? 'app' : 'unknown';
}

function ownerSettings({ pages, isOrganization }: PageOwner): string {
  const [owner = ''] = new URL(pages).pathname.slice(1).split('/');
  return isOrganization ? `${originOf(pages)}/organizations/${owner}/settings` : `${originOf(pages)}/settings`;
}

function originOf(pages: string): string {
  return new URL(pages).origin;
}
