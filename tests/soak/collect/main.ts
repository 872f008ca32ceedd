/**
 * Loaded into the gateway's process before it (`--import`, with `--expose-gc`): when asked, collects garbage and
 * reports what memory is left. The gateway itself runs as it is.
 */
process.on('message', () => {
  globalThis.gc?.();
  globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  process.send?.({ residentBytes: rss, heapBytes: heapUsed + external });
});
process.channel?.unref();
