/** What many written scaffolds have. */

export const README = (name: string): string => `# ${name}\n\nSee the [guide](docs/guide.md#install).\n`;
export const GUIDE = '# Guide\n\n## Install\n\nRun `npm ci`.\n';
export const IGNORE = 'node_modules/\ndist/\ncoverage/\n';
