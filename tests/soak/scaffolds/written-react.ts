/** A web page with ESLint, Prettier, Stylelint and Vitest on TypeScript 6. */
import type { Scaffold } from './scaffold.ts';
import { json, manifest } from './scaffold.ts';
import { GUIDE, IGNORE, README } from './written-parts.ts';

/** A web page with ESLint, Prettier, Stylelint and Vitest on TypeScript 6. */
export const eslintReact: Scaffold = {
  name: 'react-eslint',
  generator: null,
  manager: 'npm',
  files: {
    '.gitignore': IGNORE,
    'README.md': README('Shop'),
    'docs/guide.md': GUIDE,
    'package.json': manifest({
      name: 'shop',
      version: '1.0.0',
      private: true,
      type: 'module',
      scripts: {
        dev: 'vite',
        build: 'tsc -b && vite build',
        lint: 'eslint . && stylelint "src/**/*.css"',
        format: 'prettier --write .',
        test: 'vitest',
      },
      dependencies: { react: '^19.2.0', 'react-dom': '^19.2.0' },
      devDependencies: {
        '@eslint/js': '^9.39.0',
        '@testing-library/react': '^16.3.0',
        '@types/node': '^24.0.0',
        '@types/react': '^19.2.0',
        '@types/react-dom': '^19.2.0',
        '@vitejs/plugin-react': '^6.0.0',
        eslint: '^9.39.0',
        'eslint-plugin-jsx-a11y': '^6.10.0',
        'eslint-plugin-react-hooks': '^7.0.0',
        globals: '^16.5.0',
        jsdom: '^27.0.0',
        prettier: '^3.6.0',
        stylelint: '^16.25.0',
        'stylelint-config-standard': '^39.0.0',
        typescript: '~6.0.2',
        'typescript-eslint': '^8.60.0',
        vite: '^8.0.0',
        vitest: '^4.1.0',
      },
    }),
    '.prettierrc': json({ singleQuote: true }),
    '.prettierignore': 'dist\npackage-lock.json\n',
    '.stylelintrc.json': json({ extends: 'stylelint-config-standard' }),
    '.nvmrc': '24\n',
    'eslint.config.js': `import js from '@eslint/js';
import jsxA11y from 'eslint-plugin-jsx-a11y';
import reactHooks from 'eslint-plugin-react-hooks';
import { defineConfig, globalIgnores } from 'eslint/config';
import globals from 'globals';
import tseslint from 'typescript-eslint';

export default defineConfig([
  globalIgnores(['dist']),
  {
    files: ['**/*.{ts,tsx}'],
    extends: [
      js.configs.recommended,
      tseslint.configs.recommended,
      reactHooks.configs.flat.recommended,
      jsxA11y.flatConfigs.recommended,
    ],
    languageOptions: { globals: globals.browser },
  },
]);
`,
    'tsconfig.json': json({ files: [], references: [{ path: './tsconfig.app.json' }, { path: './tsconfig.node.json' }] }),
    'tsconfig.app.json': json({
      compilerOptions: {
        tsBuildInfoFile: './node_modules/.tmp/tsconfig.app.tsbuildinfo',
        target: 'es2023',
        lib: ['ES2023', 'DOM', 'DOM.Iterable'],
        module: 'esnext',
        types: ['vite/client'],
        moduleResolution: 'bundler',
        allowImportingTsExtensions: true,
        verbatimModuleSyntax: true,
        noEmit: true,
        jsx: 'react-jsx',
        strict: true,
        skipLibCheck: true,
      },
      include: ['src'],
    }),
    'tsconfig.node.json': json({
      compilerOptions: {
        tsBuildInfoFile: './node_modules/.tmp/tsconfig.node.tsbuildinfo',
        target: 'es2023',
        module: 'esnext',
        types: ['node'],
        moduleResolution: 'bundler',
        noEmit: true,
        strict: true,
        skipLibCheck: true,
      },
      include: ['vite.config.ts'],
    }),
    'vite.config.ts': `import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [react()],
  test: { environment: 'jsdom' },
});
`,
    'index.html': `<!doctype html>
<html lang="en">
  <head>
    <meta charset="UTF-8" />
    <title>Shop</title>
  </head>
  <body>
    <div id="root"></div>
    <script type="module" src="/src/main.tsx"></script>
  </body>
</html>
`,
    'src/main.tsx': `import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import './index.css';

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
`,
    'src/App.tsx': `import { useState } from 'react';
import { Price } from './Price.tsx';

export function App() {
  const [count, setCount] = useState(0);
  return (
    <main>
      <button type="button" onClick={() => setCount(count + 1)}>
        Buy
      </button>
      <Price cents={count * 250} />
    </main>
  );
}
`,
    'src/Price.tsx': `export function Price({ cents }: { cents: number }) {
  return <output>{(cents / 100).toFixed(2)}</output>;
}
`,
    'src/Price.test.tsx': `import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { Price } from './Price.tsx';

it('shows two decimals', () => {
  render(<Price cents={250} />);
  expect(screen.getByRole('status').textContent).toBe('2.50');
});
`,
    'src/index.css': `body {
  margin: 0;
  color: #213547;
}
`,
  },
};
