/**
 * Uploads a file and waits until it was read. Invariant: one `attach` creates one file, however often its upload is
 * interrupted and resumed while its URL holds; one that is cancelled for good is deleted, so that its bytes are free
 * again.
 */

import { createDeferred } from './deferred.ts';
import { networkError, serverError } from './errors.ts';
import type { Notices } from './follow-changes.ts';
import type { FollowServices } from './follow-to-end.ts';
import {
  CompleteFileDocument,
  CreateFileDocument,
  type CreateFileMutation,
  DeleteFileDocument,
  type FilePurpose,
  type FileStateFragment,
} from './generated/graphql.ts';
import { retryWhileTransient } from './requests.ts';
import { sendBytes } from './send-bytes.ts';

/** What an upload is doing. */
export interface UploadProgress {
  /** PROCESSING: everything was sent, and the server reads the file. */
  readonly stage: 'PREPARING' | 'UPLOADING' | 'PROCESSING' | 'PAUSED' | 'DONE';
  readonly sentBytes: number;
  readonly totalBytes: number;
  /** Its id, once the server knows the file. */
  readonly fileId?: string;
}

export interface AttachOptions {
  /** Default: the name of a `File`. */
  readonly name?: string;
  /** Default: the type of the blob. The server looks at the content. */
  readonly mediaType?: string;
  readonly purpose?: FilePurpose;
  readonly onProgress?: (progress: UploadProgress) => void;
}

/** A file that is being uploaded. */
export interface Attachment {
  /**
   * The file once the server has read it: READY, or FAILED with the reason. Rejects with the ParlanceError of a
   * refusal, and with NETWORK_ERROR when the upload was cancelled.
   */
  readonly file: Promise<FileStateFragment>;
  /** Interrupts the upload; `file` stays pending. */
  pause(): void;
  /** Goes on with an upload that was paused, or whose connection broke for good: the bytes are sent again. */
  resume(): void;
  /** Ends it for good and deletes the file. Does nothing once `file` is settled. */
  cancel(): void;
}

/** The file as it is now. */
export interface FileChange {
  readonly kind: 'CHANGED';
  readonly file: FileStateFragment;
}

export interface AttachServices extends FollowServices {
  readonly url: string;
  readonly fetch: typeof fetch;
  /** The states of the file, the present one first. */
  readonly fileChanged: (id: string, signal: AbortSignal) => Notices<FileChange>;
}

/** Milliseconds for which a step is repeated while the connection is broken; then the upload is paused. */
const giveUpAfterMs = 30_000;

const hexOf = (bytes: ArrayBuffer): string =>
  [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');

const isSettled = ({ status }: FileStateFragment): boolean => status !== 'AWAITING_UPLOAD' && status !== 'PROCESSING';

type Created = CreateFileMutation['createFile'];

class Upload {
  readonly #services: AttachServices;
  readonly #blob: Blob;
  readonly #options: AttachOptions;
  readonly #cancelled = new AbortController();
  readonly #settled = createDeferred<FileStateFragment>();
  #running = new AbortController();
  #created: Created | undefined;
  #isDone = false;

  constructor(services: AttachServices, blob: Blob, options: AttachOptions) {
    this.#services = services;
    this.#blob = blob;
    this.#options = options;
  }

  get attachment(): Attachment {
    return {
      file: this.#settled.promise,
      pause: () => {
        this.#running.abort();
        if (!this.#isDone) this.#report('PAUSED', 0);
      },
      resume: () => {
        if (this.#isDone || !this.#running.signal.aborted) return;
        this.#running = new AbortController();
        this.start();
      },
      cancel: () => this.#cancel(),
    };
  }

  start(): void {
    const signal = AbortSignal.any([this.#running.signal, this.#cancelled.signal]);
    this.#run(signal).then(
      (file) => {
        this.#isDone = true;
        this.#report('DONE', this.#blob.size);
        this.#settled.resolve(file);
      },
      (fault: unknown) => this.#interrupt(signal, fault),
    );
  }

  #report(stage: UploadProgress['stage'], sentBytes: number): void {
    const fileId = this.#created?.file.id;
    const known = fileId === undefined ? {} : { fileId };
    this.#options.onProgress?.({ stage, sentBytes, totalBytes: this.#blob.size, ...known });
  }

  /** A broken connection pauses the upload; a refusal ends it. */
  #interrupt(signal: AbortSignal, fault: unknown): void {
    if (signal.aborted || this.#isDone) return;
    const isBroken = fault instanceof Error && 'code' in fault && fault.code === 'NETWORK_ERROR';
    if (isBroken) {
      this.#running.abort();
      this.#report('PAUSED', 0);
      return;
    }
    this.#isDone = true;
    this.#settled.reject(fault);
    this.#forget();
  }

  #cancel(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#cancelled.abort();
    this.#settled.reject(networkError(new Error('the upload was cancelled')));
    this.#forget();
  }

  /** What cannot be deleted now is forgotten by the server when its URL ends. */
  #forget(): void {
    const id = this.#created?.file.id;
    if (id !== undefined) this.#services.requests.mutate(DeleteFileDocument, { id }).catch(() => undefined);
  }

  #repeat<Value>(signal: AbortSignal, task: () => Promise<Value>): Promise<Value> {
    return retryWhileTransient(task, { backoff: this.#services.backoff, giveUpAfterMs, signal });
  }

  /** The file of an upload that goes on, or a new one. */
  async #create(signal: AbortSignal): Promise<Created> {
    if (this.#created && Date.parse(this.#created.expiresAt) > Date.now()) return this.#created;
    this.#report('PREPARING', 0);
    const { name = this.#blob instanceof File ? this.#blob.name : 'file', mediaType = this.#blob.type } = this.#options;
    const sha256 = hexOf(await crypto.subtle.digest('SHA-256', await this.#blob.arrayBuffer()));
    signal.throwIfAborted();
    const { createFile } = await this.#repeat(signal, () =>
      this.#services.requests.mutate(CreateFileDocument, {
        ...{ name, sha256, mediaType: mediaType === '' ? 'application/octet-stream' : mediaType },
        ...{ byteSize: this.#blob.size, purpose: this.#options.purpose ?? 'CONTENT' },
      }),
    );
    this.#created = createFile;
    // It may have been cancelled while the response was on its way.
    if (this.#cancelled.signal.aborted) this.#forget();
    signal.throwIfAborted();
    return createFile;
  }

  async #run(signal: AbortSignal): Promise<FileStateFragment> {
    const { fetch, url: address, requests } = this.#services;
    const { file, url, headers } = await this.#create(signal);
    this.#report('UPLOADING', 0);
    const upload = { url: new URL(url, address).href, headers, bytes: this.#blob, signal, fetch };
    const onSent = (bytes: number): void => this.#report('UPLOADING', bytes);
    await this.#repeat(signal, () => sendBytes({ ...upload, onSent }));
    const { id } = file;
    const { completeFile } = await this.#repeat(signal, () => requests.mutate(CompleteFileDocument, { id }));
    this.#report('PROCESSING', this.#blob.size);
    if (isSettled(completeFile)) return completeFile;
    for await (const notice of this.#services.fileChanged(id, signal)) {
      // After a lost connection, the first event has the present state.
      if (notice.kind === 'CHANGED' && isSettled(notice.file)) return notice.file;
    }
    throw serverError({ message: 'The file is gone.', extensions: { code: 'NOT_FOUND' } });
  }
}

export const attachFile = (services: AttachServices, blob: Blob, options: AttachOptions = {}): Attachment => {
  const upload = new Upload(services, blob, options);
  const { attachment } = upload;
  // Nobody has to await it.
  attachment.file.catch(() => undefined);
  upload.start();
  return attachment;
};
