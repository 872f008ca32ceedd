/**
 * The scripted provider as a process: `PORT=9100 node tests/scripted-provider/main.ts`. Prints its base URL; ends on
 * SIGTERM.
 */
import { startScriptedProvider } from './scripted-provider.ts';

const provider = await startScriptedProvider(Number(process.env['PORT'] ?? 0));
process.stdout.write(`${provider.baseUrl}\n`);
const close = async (): Promise<void> => {
  await provider[Symbol.asyncDispose]();
  process.exit(0);
};
process.once('SIGTERM', close);
process.once('SIGINT', close);
