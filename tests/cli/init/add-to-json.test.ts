import { describe, expect, it } from 'vitest';
import { addToJson } from '../../../cli/init/add-to-json.ts';

const TYPES = ['feat', 'fix', 'auto'];
const RULES = { 'type-enum': [2, 'always', TYPES], 'subject-case': [0] };

describe('an addition to JSON', () => {
  it.for<[string, string, string]>([
    [
      'a line of a file on several lines, with an inline list before it',
      '{\n\t"extends": ["a",   "b"]\n}\n',
      '{\n\t"extends": ["a",   "b"],\n\t"rules": {\n\t\t"type-enum": [2, "always", ["feat", "fix", "auto"]],\n\t\t"subject-case": [0]\n\t}\n}\n',
    ],
    [
      'one line',
      '{"extends":["a"]}',
      '{"extends":["a"],"rules": { "type-enum": [2, "always", ["feat", "fix", "auto"]], "subject-case": [0] }}',
    ],
    ['an empty object', '{}', '{ "rules": { "type-enum": [2, "always", ["feat", "fix", "auto"]], "subject-case": [0] } }'],
    [
      'a list that is continued, and a rule that is replaced',
      '{\r\n  "rules": {"type-enum": [2, "always", [\r\n    "feat",\r\n    "fix"\r\n  ]],\r\n\r\n    "subject-case": [2,"never"], // loud\r\n  },\r\n}',
      '{\r\n  "rules": {"type-enum": [2, "always", [\r\n    "feat",\r\n    "fix",\r\n    "auto"\r\n  ]],\r\n\r\n    "subject-case": [0], // loud\r\n  },\r\n}',
    ],
  ])('leaves everything else as it is: %s', ([, before, after]) => {
    expect(addToJson(before, ['rules'], RULES).text).toBe(after);
    expect(addToJson(after, ['rules'], RULES)).toEqual({ text: after, added: [] });
  });

  it('shows what is added and nothing else', () => {
    const { added } = addToJson('{"extends":["a"],"rules":{"type-enum":[2,"always",["feat","fix"]]}}', ['rules'], RULES);
    expect(added).toEqual(['"auto"', '"subject-case": [0]']);
  });

  it('goes below a key of a larger file, and nowhere else', () => {
    const manifest = '{\n  "name": "x",\n  "commitlint": {}\n}\n';
    expect(addToJson(manifest, ['commitlint', 'rules'], { 'subject-case': [0] }).text).toBe(
      '{\n  "name": "x",\n  "commitlint": { "rules": { "subject-case": [0] } }\n}\n',
    );
    expect(() => addToJson('[]', ['rules'], RULES)).toThrow('is no object');
  });
});
