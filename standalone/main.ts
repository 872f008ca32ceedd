/** `npm start`: the whole supergraph in one process. */
import { createLogger } from '#kernel/log.ts';
import { runUntilSignal } from '#kernel/process/shutdown.ts';
import { readStandaloneConfig } from './config.ts';
import { openStandalone } from './standalone.ts';

/** Tokens are signed with the key of this process's data directory. */
const ofDirectory = (directory: string): string => (directory === '.data' ? '' : `DATA_DIR='${directory}' `);

let logger = createLogger('standalone', 'warn');

await runUntilSignal(
  'parlance',
  () => logger,
  async () => {
    const config = readStandaloneConfig(process.env);
    logger = createLogger('standalone', config.LOG_LEVEL);
    const standalone = await openStandalone(config, process.env, logger);
    const { pages } = standalone;
    const { origin } = new URL(standalone.url);
    const lines = [
      `Parlance is ready.`,
      `  GraphQL    ${standalone.url}  (WebSocket: ${standalone.url.replace(/^http/, 'ws')})`,
      ...(pages.site ? [`  Chat       ${origin}/`] : []),
      ...(pages.sandbox ? [`  Sandbox    ${origin}/sandbox`] : []),
      ...(pages.explorer ? [`  Explorer   ${origin}/explorer  (works without internet)`] : []),
      config.OIDC_ISSUER === undefined
        ? `  Token      ${ofDirectory(config.DATA_DIR)}npm run --silent token -- --tenant acme --user ada --role ADMIN`
        : `  Tokens by  ${config.OIDC_ISSUER}`,
      `  Models     ${standalone.modelIds.join(', ') || 'none: set OPENAI_API_KEY, OLLAMA_HOST or MODEL_PATH'}`,
      `  Ctrl-C lets running replies finish, then stops.`,
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
    return {
      graceMs: config.SHUTDOWN_GRACE_MS,
      [Symbol.asyncDispose]: () => standalone[Symbol.asyncDispose](),
    };
  },
);
