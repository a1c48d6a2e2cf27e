/** One finding as a workflow command of GitHub. */
import { describe, expect, it } from 'vitest';
import { annotation } from '../../../cli/reporters/annotations.ts';

describe('an annotation', () => {
  it('cannot be broken out of', () => {
    const text = annotation(
      {
        severity: 'error',
        path: 'a,line=1::x\ny%.ts',
        line: 1,
        column: 2,
        message: 'a\n::set-output name=x::y\r%0A\x1b[31ma\u202eb\u2067c\u200fd\u061ce',
      },
      'rule: a,b',
    );
    expect(text).toBe(
      '::error file=a%2Cline=1%3A%3Ax%0Ay%25.ts,line=1,col=2,title=rule%3A a%2Cb::a%0A::set-output name=x::y%0D%250A[31ma\\u{202e}b\\u{2067}c\\u{200f}d\\u{61c}e',
    );
    expect(text.split('\n')).toHaveLength(1);
  });
});
