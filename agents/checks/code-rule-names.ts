/** The rules of oxlint that are on where a repository set up no linter: each of them tells of a mistake, none of a taste. */

const LANGUAGE = [
  ...['for-direction', 'no-async-promise-executor', 'no-class-assign', 'no-compare-neg-zero', 'no-const-assign', 'no-debugger'],
  ...['no-constant-binary-expression', 'no-delete-var', 'no-dupe-class-members', 'no-dupe-else-if', 'no-dupe-keys', 'no-duplicate-case'],
  ...['no-empty-character-class', 'no-ex-assign', 'no-global-assign', 'no-import-assign', 'no-invalid-regexp', 'no-loss-of-precision'],
  ...['no-misleading-character-class', 'no-new-native-nonconstructor', 'no-nonoctal-decimal-escape', 'no-obj-calls', 'no-self-assign'],
  ...['no-setter-return', 'no-this-before-super', 'no-unreachable', 'no-unsafe-finally', 'no-unsafe-negation'],
  ...['no-unsafe-optional-chaining', 'no-useless-backreference', 'no-with', 'require-yield', 'use-isnan', 'valid-typeof'],
];

const SERVER = [
  ...['bad-array-method-on-arguments', 'bad-char-at-comparison', 'bad-comparison-sequence', 'bad-min-max-func', 'bad-replace-all-arg'],
  ...['bad-object-literal-comparison', 'double-comparisons', 'erasing-op', 'missing-throw'],
  ...['number-arg-out-of-range', 'uninvoked-array-callback'],
].map((rule) => `oxc/${rule}`);

const PROMISES = [
  'promise/no-new-statics',
  'promise/valid-params',
  'unicorn/no-await-in-promise-methods',
  'unicorn/no-invalid-fetch-options',
];

const NODE = ['node/no-new-require', 'node/no-path-concat'];

const SECURITY = ['no-eval', 'no-implied-eval', 'react/jsx-no-script-url', 'react/jsx-no-target-blank'];

const TYPESCRIPT = ['no-duplicate-enum-values', 'no-misused-new', 'no-extra-non-null-assertion', 'no-non-null-asserted-optional-chain'].map(
  (rule) => `typescript/${rule}`,
);

const REACT = [
  ...[
    'jsx-key',
    'jsx-no-duplicate-props',
    'no-children-prop',
    'no-danger-with-children',
    'no-direct-mutation-state',
    'no-render-return-value',
  ],
  ...['no-string-refs', 'void-dom-elements-no-children', 'no-unknown-property'],
].map((rule) => `react/${rule}`);

const ACCESSIBILITY = [
  ...['alt-text', 'anchor-has-content', 'aria-props', 'aria-proptypes', 'aria-role', 'aria-unsupported-elements', 'autocomplete-valid'],
  ...['heading-has-content', 'html-has-lang', 'iframe-has-title', 'img-redundant-alt', 'lang', 'no-distracting-elements'],
  ...['role-has-required-aria-props', 'role-supports-aria-props', 'scope', 'tabindex-no-positive'],
].map((rule) => `jsx-a11y/${rule}`);

const VUE = ['no-export-in-script-setup', 'no-lifecycle-after-await', 'prefer-import-from-vue', 'require-prop-type-constructor'].map(
  (rule) => `vue/${rule}`,
);

/** All of them, as oxlint wants to hear them. */
export const CODE_RULES: readonly string[] = [
  ...[...LANGUAGE, ...SERVER, ...PROMISES, ...NODE, ...SECURITY],
  ...[...TYPESCRIPT, ...REACT, ...ACCESSIBILITY, ...VUE],
];

/** The plugins that have them. */
export const RULE_PLUGINS = ['--promise-plugin', '--node-plugin', '--react-plugin', '--jsx-a11y-plugin', '--vue-plugin'] as const;

/** Only where React is: elsewhere a function may be called as its Hooks are. */
export const HOOK_RULES: readonly string[] = ['react/rules-of-hooks'];
