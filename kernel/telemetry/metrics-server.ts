/**
 * `GET /metrics` on a port of its own, so that the gateway's public port never shows it. Invariant: it serves nothing
 * else, and makes one page at a time, however many requests there are.
 */
import { createServer } from 'node:http';
import type { Logger } from '../log.ts';
import { type ListeningServer, listen } from '../process/listen.ts';
import type { PrometheusRecorder } from './prometheus.ts';

export const serveMetrics = async (options: {
  readonly host: string;
  readonly port: number;
  readonly recorder: PrometheusRecorder;
  readonly logger: Logger;
}): Promise<ListeningServer> => {
  const { recorder, logger } = options;
  let making: Promise<string> | undefined;
  const page = (): Promise<string> => {
    making ??= recorder.page().finally(() => {
      making = undefined;
    });
    return making;
  };
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url?.split('?', 1)[0] !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    page().then(
      (text) => response.writeHead(200, { 'content-type': recorder.contentType }).end(text),
      (err: unknown) => {
        logger.error({ err }, 'metrics cannot be exported');
        response.writeHead(500).end();
      },
    );
  });
  return listen(server, options);
};
