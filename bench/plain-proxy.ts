/**
 * What Parlance is measured against: the least that a chat backend in plain Node can do. Checks the JWT, writes the
 * question, passes the provider's event stream on as it comes, writes the response. Nothing else: no limits, no queue,
 * no resume, no second process. `PORT`, `DATABASE_URL`, `PROVIDER_URL` (ends in /v1), `ISSUER`, `AUDIENCE` and `JWKS`
 * (JSON).
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { Pool } from 'pg';
import { Agent } from 'undici';
import { z } from 'zod';

const environment = z
  .object({
    PORT: z.coerce.number(),
    DATABASE_URL: z.string(),
    PROVIDER_URL: z.string(),
    ISSUER: z.string(),
    AUDIENCE: z.string(),
    JWKS: z
      .string()
      .transform((text) => z.object({ keys: z.array(z.looseObject({ kty: z.string() })) }).parse(JSON.parse(text))),
  })
  .parse(process.env);
const questionSchema = z.object({ content: z.string() });
const eventSchema = z.object({
  choices: z.array(z.object({ delta: z.object({ content: z.string().default('') }).default({ content: '' }) })),
});

const keys = createLocalJWKSet(environment.JWKS);
const database = new Pool({ connectionString: environment.DATABASE_URL, max: 20, keepAlive: true });
const agent = new Agent({ connections: 512, pipelining: 1 });
const { origin, pathname } = new URL(environment.PROVIDER_URL);

await database.query(`create table if not exists messages
  (id uuid primary key, user_id uuid not null, role text not null, content text not null, created_at timestamptz not null default now())`);
const write = (userId: string, role: string, content: string) =>
  database.query({
    name: 'write',
    text: 'insert into messages (id, user_id, role, content) values ($1, $2, $3, $4)',
    values: [randomUUID(), userId, role, content],
  });

/** The text in the events of a response. */
const textOf = (events: string): string =>
  events
    .split('\n\n')
    .filter((event) => event.startsWith('data: {'))
    .map((event) => eventSchema.parse(JSON.parse(event.slice('data: '.length))).choices[0]?.delta.content ?? '')
    .join('');

const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const token = request.headers.authorization?.slice('Bearer '.length) ?? '';
  const { payload } = await jwtVerify(token, keys, {
    issuer: environment.ISSUER,
    audience: environment.AUDIENCE,
    algorithms: ['ES256'],
  });
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const { content } = questionSchema.parse(JSON.parse(Buffer.concat(chunks).toString()));
  await write(payload.sub ?? '', 'USER', content);
  const { body } = await agent.request({
    origin,
    path: `${pathname}/chat/completions`,
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer test' },
    body: JSON.stringify({
      model: 'scripted',
      stream: true,
      stream_options: { include_usage: true },
      messages: [{ role: 'user', content }],
    }),
  });
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  let events = '';
  for await (const chunk of body) {
    response.write(chunk);
    events += String(chunk);
  }
  await write(payload.sub ?? '', 'ASSISTANT', textOf(events));
  response.end();
};

const server = createServer({ noDelay: true, keepAliveTimeout: 60_000 }, (request, response) => {
  respond(request, response).catch((fault: unknown) => {
    process.stderr.write(`${String(fault)}\n`);
    if (!response.headersSent) response.writeHead(500);
    response.end();
  });
});
server.listen(environment.PORT, '127.0.0.1');
