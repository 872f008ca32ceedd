/**
 * The development issuer as a process: discovery document and keys over HTTP, for services that run apart
 * (docker-compose.yml, tests). It gives out no tokens over the network; `npm run token` signs them with the key in
 * DATA_DIR.
 */
import { createServer } from 'node:http';
import { parseEnvironment } from '#kernel/config/environment.ts';
import { createLogger } from '#kernel/log.ts';
import { createHealthResponder } from '#kernel/process/health.ts';
import { listen } from '#kernel/process/listen.ts';
import { runUntilSignal } from '#kernel/process/shutdown.ts';
import { issuerEnvironment } from './config.ts';
import { openDevelopmentIssuer } from './development-issuer.ts';

const logger = createLogger('issuer', 'info');

await runUntilSignal(
  'issuer',
  () => logger,
  async () => {
    const config = parseEnvironment(issuerEnvironment, process.env);
    const { jwks } = await openDevelopmentIssuer(config.DATA_DIR);
    const health = createHealthResponder({}, logger);
    let issuer = config.OIDC_ISSUER;
    const server = createServer((request, response) => {
      if (health(request, response)) return;
      const documents: Readonly<Record<string, object>> = {
        '/.well-known/openid-configuration': { issuer, jwks_uri: `${issuer}/jwks` },
        '/jwks': jwks,
      };
      const document = documents[request.url ?? ''];
      response.writeHead(document ? 200 : 404, { 'content-type': 'application/json' });
      response.end(JSON.stringify(document ?? {}));
    });
    const listening = await listen(server, { host: config.HOST, port: config.PORT });
    const url = `http://${config.HOST}:${listening.port}`;
    issuer ??= url;
    logger.info({ url, issuer }, 'issuer: ready');
    return listening;
  },
);
