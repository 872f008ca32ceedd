/**
 * Sends the parts of a file that the server lacks, one after the other. Invariant: what has arrived is not sent again,
 * whether this upload was interrupted or another one of the same file had sent it; each try has a URL of its own, so
 * none is too late for its time.
 */
import { isParlanceError, serverError } from './errors.ts';
import { digestOf } from './file-digest.ts';
import { SignFilePartsDocument } from './generated/graphql.ts';
import type { Requests } from './requests.ts';
import { type BytesToSend, sendBytes } from './send-bytes.ts';

export interface PartsToSend extends Pick<BytesToSend, 'bytes' | 'signal' | 'fetch' | 'onSent'> {
  readonly fileId: string;
  readonly partSize: number;
  /** Numbers of the parts that the server has. Those that are sent are added. */
  readonly received: Set<number>;
  /** The address of the API, to which URLs may be relative. */
  readonly address: string;
  readonly requests: Requests;
  /** Repeats a task while the connection is broken. */
  readonly repeat: <Value>(task: () => Promise<Value>) => Promise<Value>;
}

const sliceOf = (bytes: Blob, partSize: number, number: number): Blob =>
  bytes.slice((number - 1) * partSize, number * partSize);

/** Bytes of the parts that the server has. */
export const receivedBytes = ({ bytes, partSize, received }: Pick<PartsToSend, 'bytes' | 'partSize' | 'received'>) =>
  [...received].reduce((sum, number) => sum + sliceOf(bytes, partSize, number).size, 0);

const sendPart = async (parts: PartsToSend, number: number): Promise<void> => {
  const { bytes, partSize, fileId, address, requests, signal, fetch, onSent } = parts;
  const part = sliceOf(bytes, partSize, number);
  const sha256 = await digestOf(part, signal);
  const before = receivedBytes(parts);
  await parts.repeat(async () => {
    const variables = { id: fileId, parts: [{ number, sha256 }] };
    const { signFileParts } = await requests.mutate(SignFilePartsDocument, variables);
    const [signed] = signFileParts;
    if (!signed) throw serverError({ message: 'The server signed no upload.' });
    const url = new URL(signed.url, address).href;
    const { headers } = signed;
    await sendBytes({ url, headers, bytes: part, signal, fetch, onSent: (sent) => onSent(before + sent) });
  });
  parts.received.add(number);
};

/** Resolves too where the file awaits no parts any more, because another client was faster. */
export const sendParts = async (parts: PartsToSend): Promise<void> => {
  const { bytes, partSize, received, signal } = parts;
  try {
    for (let number = 1; number <= Math.ceil(bytes.size / partSize); number += 1) {
      signal.throwIfAborted();
      if (!received.has(number)) await sendPart(parts, number);
    }
  } catch (fault) {
    const isComplete = isParlanceError(fault) && fault.code === 'BAD_USER_INPUT' && fault.argument === 'id';
    if (!isComplete) throw fault;
  }
};
