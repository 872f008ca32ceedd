/** Requests to the issuer: each has a deadline, and a response that is too large is not read to its end. */

const deadlineMs = 5_000;
const longestResponse = 256 * 1024;

interface IssuerRequest {
  readonly body?: BodyInit | null | undefined;
  readonly headers: Record<string, string>;
  readonly method: string;
  readonly redirect: 'manual';
}

const readBounded = async (response: Response): Promise<Uint8Array<ArrayBuffer>> => {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > longestResponse) throw new Error(`the issuer's response is larger than ${longestResponse} bytes`);
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
};

/** As `fetch`, with the whole body read. */
export const boundedFetch = async (
  url: string,
  { body, headers, method, redirect }: IssuerRequest,
): Promise<Response> => {
  const signal = AbortSignal.timeout(deadlineMs);
  const response = await fetch(url, { method, headers, redirect, signal, ...(body == null ? {} : { body }) });
  const { status, headers: received } = response;
  const bytes = await readBounded(response);
  return new Response(bytes.length === 0 ? null : bytes, { status, headers: received });
};
