/** A server in the role of detectors, over HTTP: it speaks both wire formats, finds a word, and has every fault. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { z } from 'zod';
import { createDetectors, type DetectorConfig, type Detectors, detectorEnvironment } from './detectors.ts';

const bodySchema = z.looseObject({
  input: z.string().optional(),
  messages: z.array(z.object({ content: z.string() })).optional(),
});

/** How the server responds: as it should, or with a fault. */
export type ServerMood = 'well' | 'hangs' | 'fails' | 'floods' | 'lies' | 'redirects' | 'writes prose';

/** What it finds to be a threat. */
export const forbiddenWord = 'xyzzy';

const moderationsOf = (found: boolean): object => ({
  id: 'modr-1',
  model: 'omni-moderation-latest',
  results: [
    {
      flagged: found,
      categories: {},
      category_scores: { hate: 0.01, 'harassment/threatening': found ? 0.97 : 0.02, 'self-harm': 0.001, sexual: 0.9 },
    },
  ],
});
const completionOf = (content: string): object => ({
  id: 'cmpl-1',
  choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
});
const lies = [
  '{"results":[]}',
  '{"results":[{"category_scores":{"harassment/threatening":"high"}}]}',
  '{"results":[{"category_scores":{"weather":0.1}}]}',
  '{"results":[{"category_scores":{"hate":-1}}]}',
  '[]',
  'no JSON',
];

export interface DetectorServer extends AsyncDisposable {
  mood: ServerMood;
  /** The texts that it was asked about. */
  readonly texts: readonly string[];
  readonly authorizations: readonly (string | undefined)[];
  /** The environment of a process that asks it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly detectors: Detectors;
}

export const startDetectorServer = async (more: Partial<DetectorConfig> = {}): Promise<DetectorServer> => {
  let mood: ServerMood = 'well';
  const texts: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const body = bodySchema.parse(JSON.parse(Buffer.concat(chunks).toString()));
    const text = body.input ?? body.messages?.at(-1)?.content ?? '';
    texts.push(text);
    authorizations.push(request.headers.authorization);
    const isGuard = request.url === '/v1/chat/completions';
    const found = text.includes(forbiddenWord);
    if (mood === 'hangs') return;
    if (mood === 'fails') response.writeHead(500).end(`{"error":${JSON.stringify(text)}}`);
    else if (mood === 'redirects') response.writeHead(307, { location: '/elsewhere' }).end();
    else if (mood === 'floods') {
      const more = Buffer.alloc(64 * 1024, ' ');
      for (let bytes = 0; bytes < 10 * 1024 * 1024 && !response.destroyed; bytes += more.length) response.write(more);
      response.end('{}');
    } else if (mood === 'lies') response.end(lies[texts.length % lies.length]);
    else if (mood === 'writes prose') response.end(JSON.stringify(completionOf('Sure! This looks safe to me.')));
    else if (isGuard) response.end(JSON.stringify(completionOf(found ? '\n\nunsafe\nS1,S10' : '\n\nsafe')));
    else response.end(JSON.stringify(moderationsOf(found)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/v1`;
  const environment = {
    ...{ MODERATIONS_URL: url, MODERATIONS_API_KEY: 'sk-moderations' },
    ...{ LLAMA_GUARD_URL: url, LLAMA_GUARD_API_KEY: 'sk-guard' },
  };
  const config = z.object(detectorEnvironment).parse(environment);
  return {
    get mood() {
      return mood;
    },
    set mood(next) {
      mood = next;
    },
    texts,
    authorizations,
    environment,
    detectors: createDetectors({ ...config, ...more }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
};
