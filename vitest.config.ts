/** How `vitest run` finds and runs the tests. Services start when a test file first asks (tests/services/global-setup.ts). */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // As Node resolves it. Vite alone would take the package's ES module beside the CommonJS one that Apollo loads: two realms.
  resolve: {
    alias: [
      { find: /^graphql$/, replacement: fileURLToPath(new URL('./node_modules/graphql/index.js', import.meta.url)) },
    ],
  },
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/.data/**'],
    globalSetup: ['tests/services/global-setup.ts'],
    // The first file that asks for RabbitMQ waits for it to boot.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 30_000,
  },
});
