/**
 * How `vitest run` finds and runs the tests. Services start when a test file first asks
 * (tests/services/global-setup.ts).
 */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './tests/services/longest-first.ts';

/** Where the JSON report goes that .ci/run counts from. */
const report = process.env['PARLANCE_TEST_REPORT'];

export default defineConfig({
  // As Node resolves it. Vite alone would take the package's ES module beside the CommonJS one that Apollo loads: two
  // realms.
  resolve: {
    alias: [
      { find: /^graphql$/, replacement: fileURLToPath(new URL('./node_modules/graphql/index.js', import.meta.url)) },
    ],
  },
  test: {
    include: ['**/*.test.{ts,tsx}'],
    exclude: ['**/node_modules/**', '**/.data/**', '**/dist/**'],
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
    globalSetup: ['tests/services/global-setup.ts'],
    sequence: { sequencer: LongestFirst },
    setupFiles: ['tests/services/patient-waits.ts'],
    // By itself vitest leaves one core to its own process, which has little to do.
    maxWorkers: availableParallelism(),
    // Files share what they import: loading Apollo, the ORM and the schemas anew for each takes as long as most tests.
    // A test leaves no global state behind; services and databases are its own anyway.
    isolate: false,
    // Bounds for hangs, not for speed: the first file that asks for RabbitMQ waits for it to boot, on whatever machine.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
  },
});
