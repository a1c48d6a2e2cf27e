/** The anchors that hosts and documentation sites give to headings. */

/** How exactly an anchor has to be met. */
export type AnchorStyle = 'github' | 'any';

/** What can be pointed at in one document. */
export interface AnchorSource {
  readonly headings: readonly string[];
  readonly names: readonly string[];
}

/** The set of anchors of a document, and how to ask it. */
export interface Anchors {
  /** `wrong-case` when it would be right with other capitals. */
  find(fragment: string, style: AnchorStyle): 'found' | 'wrong-case' | 'missing';
}

/** Collects the anchors of a document as GitHub makes them, and as MkDocs, GitLab, Docusaurus and VitePress do. */
export function anchorsOf(source: AnchorSource): Anchors {
  const exact = new Set<string>();
  const loose = new Set<string>();
  const slugs = new Map<string, number>();
  const count = (slug: string): string => {
    const nth = slugs.get(slug) ?? 0;
    slugs.set(slug, nth + 1);
    return nth === 0 ? slug : `${slug}-${nth}`;
  };
  for (const heading of source.headings) {
    // What is left of an image or an emoji at the ends of a heading differs from host to host.
    for (const slug of new Set([githubSlug(heading), githubSlug(heading.trim())])) {
      const anchor = count(slug);
      exact.add(anchor);
      loose.add(looseForm(anchor));
    }
    loose.add(looseForm(count(` ${looseForm(heading)}`)));
  }
  for (const name of source.names) {
    const plain = withoutSelectors(name.replace(/^user-content-/, ''));
    exact.add(plain);
    loose.add(looseForm(plain));
  }
  const folded = new Set([...exact].map((anchor) => anchor.toLowerCase()));
  return {
    find(fragment, style) {
      const wanted = withoutSelectors(decode(fragment).replace(/^user-content-/, ''));
      if (exact.has(wanted) || (style === 'any' && loose.has(looseForm(wanted)))) return 'found';
      return folded.has(wanted.toLowerCase()) ? 'wrong-case' : 'missing';
    },
  };
}

/** GitHub: lower case, everything but letters, marks, digits, underscores, dashes and blanks taken out, blanks to dashes. */
export function githubSlug(heading: string): string {
  return withoutSelectors(
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Sites: every run of other characters becomes one dash, accents and dashes at the ends go. */
function looseForm(anchor: string): string {
  return anchor
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_]+/gu, '-')
    .replace(/^[-_]+|[-_]+$/g, '');
}

/** Variation selectors and joiners of emoji, which editors add and take away unseen. */
function withoutSelectors(text: string): string {
  return text.replace(/[\ufe0e\ufe0f\u200d\u20e3]/g, '');
}

function decode(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}
