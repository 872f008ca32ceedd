/**
 * `node scripts/probe.mjs URL`: exits with 0 when it answers 200 within 2 seconds. For container health checks, which
 * have no curl.
 */
const response = await fetch(process.argv[2], { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
process.exit(response?.ok ? 0 : 1);
