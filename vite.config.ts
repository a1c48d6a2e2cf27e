/** How the page of the dashboard is built: dashboard/web into dist/dashboard. */
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const root = fileURLToPath(new URL('dashboard/web', import.meta.url));

export default defineConfig({
  root,
  base: '/',
  plugins: [react()],
  server: {
    proxy: { '/api': 'http://127.0.0.1:8788', '/live': { target: 'http://127.0.0.1:8788', ws: true } },
  },
  build: {
    outDir: fileURLToPath(new URL('dist/dashboard', import.meta.url)),
    emptyOutDir: true,
    target: 'es2023',
    manifest: 'manifest.json',
    // Small images go into files, too: the page's policy allows them, and they are cached by name.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1500,
    rolldownOptions: {
      output: {
        // What changes rarely keeps its name, and with it its place in the browser's cache.
        codeSplitting: {
          groups: [{ name: 'react', test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/, priority: 10 }],
        },
      },
    },
  },
});
