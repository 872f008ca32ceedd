/**
 * How the web client is built: pages at the top, everything else below /assets/ under names with a hash of the content.
 * Translations are compiled here, so that no browser parses them.
 */
import { fileURLToPath } from 'node:url';
import { compileMessage } from '@lingui/message-utils/compileMessage';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const isCatalogue = /\/translations\/(en|de)\.ts$/;

/** Replaces the texts of a catalogue by what lingui makes of them. */
const compileTranslations = (): Plugin => ({
  name: 'compile-translations',
  enforce: 'pre',
  async transform(_, id) {
    const [, language] = isCatalogue.exec(id) ?? [];
    if (language === undefined) return null;
    const catalogue: Readonly<Record<string, Readonly<Record<string, string>>>> = await import(id);
    const texts = Object.entries(catalogue[language] ?? {});
    const compiled = Object.fromEntries(texts.map(([key, text]) => [key, compileMessage(text)]));
    return { code: `export const ${language} = ${JSON.stringify(compiled)};`, map: null };
  },
});

/** Fonts in formats for browsers that cannot run this application. */
const dropOldFonts = (): Plugin => ({
  name: 'drop-old-fonts',
  enforce: 'pre',
  transform: (code, id) =>
    id.endsWith('katex.min.css')
      ? { code: code.replaceAll(/,url\([^)]*\.(?:woff|ttf)\) format\("[a-z]+"\)/g, ''), map: null }
      : null,
});

const pageAt = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: import.meta.dirname,
  plugins: [compileTranslations(), dropOldFonts(), react()],
  resolve: { dedupe: ['react', 'react-dom'] },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2024',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    chunkSizeWarningLimit: 600,
    rolldownOptions: { input: { index: pageAt('index.html'), admin: pageAt('admin/index.html') } },
  },
});
