/**
 * Sends the bytes of an upload to its signed URL. In browsers by XMLHttpRequest, because fetch says nothing of how much
 * was sent. A fault of the connection, or of the store, is a NETWORK_ERROR, after which the same bytes may be sent
 * again.
 */
import { networkError } from './errors.ts';

export interface BytesToSend {
  readonly url: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly bytes: Blob;
  readonly onSent: (bytes: number) => void;
  readonly signal: AbortSignal;
  readonly fetch: typeof fetch;
}

/** The upload was made before: the store takes one for each URL. */
const wasMade = 412;
const isTaken = (status: number): boolean => (status >= 200 && status < 300) || status === wasMade;

const refused = (status: number): Error => new Error(`the store of files responded with ${status}`);

const sendByRequest = ({ url, headers, bytes, onSent, signal }: BytesToSend): Promise<void> =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = (): void => request.abort();
    request.open('PUT', url);
    for (const { name, value } of headers) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded }) => onSent(loaded);
    request.onload = () => (isTaken(request.status) ? resolve() : reject(networkError(refused(request.status))));
    request.onerror = () => reject(networkError(new Error('the connection broke')));
    request.onabort = () => reject(networkError(signal.reason));
    request.onloadend = () => signal.removeEventListener('abort', abort);
    signal.addEventListener('abort', abort, { once: true });
    request.send(bytes);
  });

const sendByFetch = async ({ url, headers, bytes, signal, fetch: send }: BytesToSend): Promise<void> => {
  let response: Response;
  try {
    const pairs = headers.map(({ name, value }): [string, string] => [name, value]);
    response = await send(url, { method: 'PUT', headers: pairs, body: bytes, signal, credentials: 'omit' });
    await response.body?.cancel();
  } catch (fault) {
    throw networkError(fault);
  }
  if (!isTaken(response.status)) throw networkError(refused(response.status));
};

export const sendBytes = async (options: BytesToSend): Promise<void> => {
  options.signal.throwIfAborted();
  await (typeof XMLHttpRequest === 'undefined' ? sendByFetch(options) : sendByRequest(options));
  options.onSent(options.bytes.size);
};
