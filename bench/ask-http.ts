/** One turn over plain HTTP with a reply of server-sent events, from the provider itself or through the plain proxy. */
import { Agent } from 'undici';

const agent = new Agent({ connections: 512, pipelining: 1 });
/** The first event of a reply has no text; this is in each that has. */
const textMark = '"content":"w';

/** Milliseconds from sending to the first text. Resolves at the end of the reply. */
const ask = async (url: string, token: string, body: object): Promise<number> => {
  const { origin, pathname } = new URL(url);
  const startedAt = performance.now();
  const response = await agent.request({
    origin,
    path: pathname,
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  let firstMs: number | undefined;
  for await (const chunk of response.body) {
    if (firstMs === undefined && String(chunk).includes(textMark)) firstMs = performance.now() - startedAt;
  }
  if (firstMs === undefined) throw new Error(`${url} responded ${response.statusCode} without a text`);
  return firstMs;
};

export const askProvider = (providerUrl: string, content: string): Promise<number> =>
  ask(`${providerUrl}/chat/completions`, 'test', {
    model: 'scripted',
    stream: true,
    stream_options: { include_usage: true },
    messages: [{ role: 'user', content }],
  });

export const askProxy = (proxyUrl: string, token: string, content: string): Promise<number> =>
  ask(proxyUrl, token, { content });
