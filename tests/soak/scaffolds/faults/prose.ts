/** Faults in a repository that is nothing but Markdown. */
import { append, FIXED } from '../fault.ts';
import type { Seeding } from '../fault.ts';
import { tokenShapes } from '../../../support/token-shapes.ts';

/** A page with a heading. */
const page = (text: string): string => `# Page\n\n${text}\n`;
const pages = (name: string, text: string): { change: Record<string, string>; path: string } => ({
  change: { [`pages/${name}.md`]: page(text) },
  path: `pages/${name}.md`,
});

export const markdownOnly: Seeding = {
  scaffold: 'markdown-only',
  faults: [
    {
      what: 'a link to a page that was moved',
      ...pages('moved', 'See [the rules](../work/rules.md).'),
      agent: 'docs',
      check: 'links',
      rule: 'broken-link',
      at: 'rules.md',
    },
    {
      what: 'a link to a heading of another page that is not there',
      ...pages('anchor', 'See [red](../work/words.md#red).'),
      agent: 'docs',
      check: 'links',
      rule: 'broken-anchor',
      at: '#red',
    },
    {
      what: 'an image that is not there',
      ...pages('image', '![Plan](../images/plan.png)'),
      agent: 'docs',
      check: 'links',
      rule: 'broken-image',
      at: 'plan.png',
    },
    {
      what: 'a file name in another case, which works on some machines',
      ...pages('case', 'See [words](../work/Words.md).'),
      agent: 'docs',
      check: 'links',
      rule: 'link-case',
      at: 'Words.md',
    },
    {
      what: 'an image of HTML that is not there',
      ...pages('html', '<img src="../images/map.svg" alt="Map">'),
      agent: 'docs',
      check: 'links',
      rule: 'broken-image',
      at: 'map.svg',
    },
    {
      what: 'JSON with a comma too few',
      ...pages('json', '```json\n{ "green": true "red": 0 }\n```'),
      agent: 'docs',
      check: 'code-fences',
      rule: 'fence-json',
      at: 'green',
    },
    {
      what: 'YAML that is none',
      ...pages('yaml', '```yaml\na: b: c\n```'),
      agent: 'docs',
      check: 'code-fences',
      rule: 'fence-yaml',
      at: 'a: b',
    },
    {
      what: 'JavaScript with a bracket too few',
      ...pages('js', "```js\nconst a = f('b';\n```"),
      agent: 'docs',
      check: 'code-fences',
      rule: 'fence-js',
      at: "f('b'",
    },
    {
      what: 'front matter that is no YAML',
      change: { 'pages/front.md': '---\ntitle: Words: and more\n---\n\n# Front\n' },
      agent: 'docs',
      check: 'front-matter',
      rule: 'front-matter',
      path: 'pages/front.md',
      at: 'title:',
    },
    {
      what: 'a link the wrong way round',
      ...pages('reversed', 'See (the words)[../work/words.md].'),
      agent: 'docs',
      check: 'markdown',
      rule: 'MD011/no-reversed-links',
      at: FIXED,
    },
    {
      what: 'a code block that is never closed',
      ...pages('fence', 'Run:\n\n```sh\nnpm ci'),
      agent: 'docs',
      check: 'markdown',
      rule: 'unclosed-fence',
      at: '```sh',
    },
    {
      what: 'a link to a definition that is not there',
      ...pages('reference', 'See [the words][words].'),
      agent: 'docs',
      check: 'markdown',
      rule: 'MD052/reference-links-images',
      at: '[words]',
    },
    {
      what: 'a token in a how-to',
      change: { 'work/how.md': append(`\nUse \`${tokenShapes().find(([name]) => name === 'npm')?.[1] ?? ''}\`.\n`) },
      agent: 'devops',
      check: 'secrets',
      rule: 'npm-access-token',
      path: 'work/how.md',
      at: 'Use ',
    },
  ],
};
