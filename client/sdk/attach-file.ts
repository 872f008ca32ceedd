/**
 * Uploads a file and waits until it was read. Invariant: one `attach` creates one file, however often its upload is
 * interrupted and resumed, and goes on with the upload of the same file that another page or device has begun, while
 * the server waits for that; one that is cancelled for good is deleted, so that its bytes are free again.
 */

import { createDeferred } from './deferred.ts';
import { isParlanceError, networkError, serverError } from './errors.ts';
import { digestOf } from './file-digest.ts';
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
import { isTransient, retryWhileTransient } from './requests.ts';
import { sendBytes } from './send-bytes.ts';
import { receivedBytes, sendParts } from './send-parts.ts';

/** What an upload is doing. */
export interface UploadProgress {
  /** PROCESSING: everything was sent, and the server reads the file. */
  readonly stage: 'PREPARING' | 'UPLOADING' | 'PROCESSING' | 'PAUSED' | 'DONE';
  /** While it is PAUSED, those that need not be sent again. */
  readonly sentBytes: number;
  readonly totalBytes: number;
  /** Of these bytes, those that an earlier upload of the same file had sent. */
  readonly resumedBytes: number;
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
   * refusal, with FILE_UNREADABLE when the file has changed, and with NETWORK_ERROR when the upload was cancelled.
   */
  readonly file: Promise<FileStateFragment>;
  /** Interrupts the upload; `file` stays pending. */
  pause(): void;
  /**
   * Goes on with an upload that was paused, or whose connection broke for good: behind the parts that the server has,
   * if it is a large file.
   */
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
  #digest: string | undefined;
  #received = new Set<number>();
  #resumedBytes = 0;
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
        if (!this.#isDone) this.#report('PAUSED', this.#receivedBytes());
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
    const progress = { stage, sentBytes, totalBytes: this.#blob.size, resumedBytes: this.#resumedBytes };
    this.#options.onProgress?.({ ...progress, ...known });
  }

  /** Bytes that need not be sent again: 0 where the file has no parts. */
  #receivedBytes(): number {
    const partSize = this.#created?.partSize ?? 0;
    return receivedBytes({ bytes: this.#blob, partSize, received: this.#received });
  }

  /** What passes by itself, such as a broken connection, pauses the upload; a refusal ends it. */
  #interrupt(signal: AbortSignal, fault: unknown): void {
    if (signal.aborted || this.#isDone) return;
    if (isParlanceError(fault) && isTransient(fault)) {
      this.#running.abort();
      this.#report('PAUSED', this.#receivedBytes());
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
    this.#report('PREPARING', this.#receivedBytes());
    const { name = this.#blob instanceof File ? this.#blob.name : 'file', mediaType = this.#blob.type } = this.#options;
    const sha256 = this.#digest ?? (await digestOf(this.#blob, signal));
    this.#digest = sha256;
    signal.throwIfAborted();
    const { createFile } = await this.#repeat(signal, () =>
      this.#services.requests.mutate(CreateFileDocument, {
        ...{ name, sha256, mediaType: mediaType === '' ? 'application/octet-stream' : mediaType },
        ...{ byteSize: this.#blob.size, purpose: this.#options.purpose ?? 'CONTENT' },
      }),
    );
    this.#created = createFile;
    this.#received = new Set(createFile.receivedParts);
    this.#resumedBytes = this.#receivedBytes();
    // It may have been cancelled while the response was on its way.
    if (this.#cancelled.signal.aborted) this.#forget();
    signal.throwIfAborted();
    return createFile;
  }

  /** Whole, or the parts that the server lacks. */
  async #send({ file, url, headers, partSize }: Created, signal: AbortSignal): Promise<void> {
    const { fetch, url: address, requests } = this.#services;
    const onSent = (bytes: number): void => this.#report('UPLOADING', bytes);
    const upload = { bytes: this.#blob, signal, fetch, onSent };
    onSent(this.#receivedBytes());
    if (partSize === null) {
      const whole = { ...upload, url: new URL(url, address).href, headers };
      await this.#repeat(signal, () => sendBytes(whole));
      return;
    }
    const repeat = <Value>(task: () => Promise<Value>): Promise<Value> => this.#repeat(signal, task);
    const { id: fileId } = file;
    await sendParts({ ...upload, fileId, partSize, received: this.#received, address, requests, repeat });
  }

  async #run(signal: AbortSignal): Promise<FileStateFragment> {
    const { requests } = this.#services;
    const created = await this.#create(signal);
    await this.#send(created, signal);
    const { id } = created.file;
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
