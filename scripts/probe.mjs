/**
 * `node scripts/probe.mjs URL`: exits with 0 when the response is 200 within 2 seconds. For health checks of containers
 * that have no curl.
 */
const response = await fetch(process.argv[2], { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
process.exit(response?.ok ? 0 : 1);
