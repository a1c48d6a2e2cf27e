import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { importLaw } from './scripts/lint/import-law.ts';
import { noBarrel } from './scripts/lint/no-barrel.ts';
import { oneDoorLaw } from './scripts/lint/one-door-law.ts';

const house = [
  'agents/**/*.ts',
  'cli/**/*.ts',
  'dashboard/**/*.{ts,tsx}',
  'git/**/*.ts',
  'github/**/*.ts',
  'ledger/**/*.ts',
  'prisma/**/*.ts',
  'scheduler/**/*.ts',
];

const environment = {
  selector:
    "MemberExpression[object.name='process'][property.name='env'], ImportDeclaration[source.value=/^(node:)?process$/] ImportSpecifier[imported.name='env']",
  message: 'Only cli/process-environment.ts reads the environment: take the value as an argument.',
};
const exit = {
  selector:
    "MemberExpression[object.name='process'][property.name='exit'], ImportDeclaration[source.value=/^(node:)?process$/] ImportSpecifier[imported.name='exit']",
  message: 'Only cli/main.ts ends the process: return a value or throw.',
};

export default defineConfig(
  globalIgnores(['dist/', '.github/upkeep/', 'coverage/', 'node_modules/', 'prisma/generated/', 'tests/fixtures/', '.husky/_/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['bin/*.js'],
    languageOptions: { sourceType: 'commonjs', globals: { process: 'readonly', require: 'readonly', __dirname: 'readonly' } },
    rules: { 'no-undef': 'error', 'no-unused-vars': 'error' },
  },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommendedTypeChecked],
    plugins: { upkeep: { rules: { 'import-law': importLaw, 'no-barrel': noBarrel, 'one-door': oneDoorLaw } } },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/return-await': ['error', 'in-try-catch'],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // An implementation of an asynchronous interface need not await.
      '@typescript-eslint/require-await': 'off',
      eqeqeq: 'error',
      'max-lines': ['error', { max: 300 }],
      'max-params': ['error', { max: 3 }],
      'no-console': 'error',
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true, named: true, defaultFrom: true } }],
      'prefer-const': 'error',
      'upkeep/import-law': 'error',
      'upkeep/no-barrel': 'error',
      'upkeep/one-door': 'error',
    },
  },
  { files: house, rules: { 'no-restricted-syntax': ['error', environment, exit] } },
  { files: ['cli/process-environment.ts'], rules: { 'no-restricted-syntax': ['error', exit] } },
  { files: ['cli/main.ts'], rules: { 'no-restricted-syntax': ['error', environment] } },
  {
    files: ['tests/**/*.ts', 'scripts/**/*.ts'],
    rules: {
      'no-console': 'off',
      'upkeep/one-door': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    // A script that runs before the page, as it is.
    files: ['dashboard/web/public/*.js'],
    languageOptions: {
      sourceType: 'script',
      globals: {
        ...{ document: 'readonly', fetch: 'readonly', globalThis: 'readonly', localStorage: 'readonly' },
        ...{ location: 'readonly', matchMedia: 'readonly', performance: 'readonly' },
      },
    },
    rules: { 'no-undef': 'error', 'no-unused-vars': 'error' },
  },
  { files: ['*.config.ts'], rules: { 'no-restricted-exports': 'off' } },
);
