/**
 * The development issuer as a process, for services that run apart (docker-compose.yml, tests): people sign in on its
 * page, and services get its discovery document and keys. `npm run token` signs with the same key, in DATA_DIR.
 */
import { createServer } from 'node:http';
import { join } from 'node:path';
import { parseEnvironment } from '#kernel/config/environment.ts';
import { createLogger } from '#kernel/log.ts';
import { createHealthResponder } from '#kernel/process/health.ts';
import { listen } from '#kernel/process/listen.ts';
import { runUntilSignal } from '#kernel/process/shutdown.ts';
import { issuerEnvironment } from './config.ts';
import { openDevelopmentIssuer } from './development-issuer.ts';
import { createIssuerPages } from './issuer-pages.ts';
import { openIssuerStore } from './issuer-store.ts';

const logger = createLogger('issuer', 'info');

await runUntilSignal(
  'issuer',
  () => logger,
  async () => {
    const config = parseEnvironment(issuerEnvironment, process.env);
    const { key } = await openDevelopmentIssuer(config.DATA_DIR);
    const store = await openIssuerStore(join(config.DATA_DIR, 'issuer', 'sign-ins.json'), logger);
    const health = createHealthResponder({}, logger);
    const pages = Promise.withResolvers<ReturnType<typeof createIssuerPages>>();
    const server = createServer((request, response) => {
      if (health(request, response)) return;
      pages.promise
        .then((handle) => handle(request, response))
        .catch((err: unknown) => {
          logger.error({ err }, 'a request failed');
          response.destroy();
        });
    });
    const listening = await listen(server, { host: config.HOST, port: config.PORT });
    const url = `http://${config.HOST}:${listening.port}`;
    const issuer = config.OIDC_ISSUER ?? url;
    pages.resolve(
      createIssuerPages({
        issuer,
        publicUrl: config.PUBLIC_URL,
        key,
        store,
        accessTokenSeconds: config.ACCESS_TOKEN_SECONDS,
        programSecret: config.DEVELOPMENT_PROGRAM_SECRET,
      }),
    );
    logger.info({ url, issuer }, 'issuer: ready');
    return listening;
  },
);
