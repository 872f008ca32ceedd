/**
 * Files that are being uploaded, for the next question or for a collection. Invariant: what is removed is deleted at
 * the server, unless it was used by then; a few are uploaded at a time, and the others wait in their order.
 */
import {
  type Attachment,
  DeleteFileDocument,
  type FileState,
  isParlanceError,
  type ParlanceClient,
  type ParlanceFault,
  type UploadProgress,
} from '@parlance/client';
import { createSubject, type Observable } from './subject.ts';

export interface UploadedFile {
  /** For React. */
  readonly key: string;
  readonly name: string;
  readonly isPicture: boolean;
  /** The bytes themselves, for a preview. */
  readonly blob: Blob;
  /** Undefined while it waits for those before it. */
  readonly progress: UploadProgress | undefined;
  /** Once the server has read it: READY, or FAILED with the reason. */
  readonly file: FileState | undefined;
  /** Why the server refused it. */
  readonly fault: ParlanceFault | undefined;
}

export interface UploadOptions {
  /** Files at a time; more are left out. Default: 10, which one message may have. */
  readonly most?: number;
  /**
   * Called with the id of a file once the server has all of its bytes, though it may not be READY yet. When it
   * resolves, the upload is shown no more; where it rejects with a ParlanceError, the upload has the fault.
   */
  readonly onSent?: (fileId: string) => Promise<void>;
}

export interface Uploads extends Observable<readonly UploadedFile[]> {
  /** Returns how many were left out. */
  add(files: readonly File[]): number;
  /** Goes on with an upload that is PAUSED, or offers a file again that was not taken. */
  resume(key: string): void;
  remove(key: string): void;
  /** Forgets all of them: they were sent. Returns the ids of those that are READY. */
  take(): string[];
}

interface Held {
  /** Undefined while it waits. */
  attachment: Attachment | undefined;
  shown: UploadedFile;
  /** Its bytes are on their way. */
  isSending: boolean;
  /** It was passed on, or is being passed on. */
  isPassedOn: boolean;
}

/** Files of one message. */
const mostOfMessage = 10;
/** Uploads at a time. Each holds a part of its file in memory for its checksum. */
const mostAtOnce = 3;

const isSent = ({ stage }: UploadProgress): boolean => stage === 'PROCESSING' || stage === 'DONE';

class Queue implements Uploads {
  readonly #client: ParlanceClient;
  readonly #options: UploadOptions;
  readonly #held = new Map<string, Held>();
  readonly #subject = createSubject<readonly UploadedFile[]>([]);
  #count = 0;
  readonly getSnapshot = this.#subject.getSnapshot;
  readonly subscribe = this.#subject.subscribe;

  constructor(client: ParlanceClient, options: UploadOptions) {
    this.#client = client;
    this.#options = options;
  }

  readonly add = (files: readonly File[]): number => {
    const { most = mostOfMessage } = this.#options;
    const added = files.slice(0, Math.max(0, most - this.#held.size));
    for (const blob of added) {
      this.#count += 1;
      const key = String(this.#count);
      const isPicture = blob.type.startsWith('image/');
      const none = { progress: undefined, file: undefined, fault: undefined };
      const shown = { key, name: blob.name, isPicture, blob, ...none };
      this.#held.set(key, { attachment: undefined, shown, isSending: false, isPassedOn: false });
    }
    this.#startNext();
    this.#show();
    return files.length - added.length;
  };

  readonly resume = (key: string): void => {
    const upload = this.#held.get(key);
    if (!upload) return;
    const { fault, progress } = upload.shown;
    if (!fault) {
      upload.attachment?.resume();
      return;
    }
    this.#update(key, { fault: undefined });
    if (progress && isSent(progress)) this.#passOn(key, upload, progress);
    else {
      // The server has refused it and forgotten what it knew of it.
      upload.attachment = undefined;
      this.#startNext();
    }
  };

  readonly remove = (key: string): void => {
    const upload = this.#held.get(key);
    if (!upload) return;
    this.#held.delete(key);
    upload.attachment?.cancel();
    const { file } = upload.shown;
    if (file?.status === 'READY') this.#client.mutate(DeleteFileDocument, { id: file.id }).catch(() => undefined);
    this.#startNext();
    this.#show();
  };

  readonly take = (): string[] => {
    const ready = [...this.#held.values()].flatMap(({ shown: { file } }) =>
      file?.status === 'READY' ? [file.id] : [],
    );
    this.#held.clear();
    this.#show();
    return ready;
  };

  #show(): void {
    this.#subject.set([...this.#held.values()].map(({ shown }) => shown));
  }

  #update(key: string, change: Partial<UploadedFile>): void {
    const upload = this.#held.get(key);
    if (!upload) return;
    upload.shown = { ...upload.shown, ...change };
    this.#show();
  }

  #startNext(): void {
    for (const [key, upload] of this.#held) {
      if ([...this.#held.values()].filter(({ isSending }) => isSending).length >= mostAtOnce) return;
      if (!upload.isSending && !upload.attachment && !upload.shown.fault) this.#start(key, upload);
    }
  }

  #start(key: string, upload: Held): void {
    upload.isSending = true;
    const onProgress = (progress: UploadProgress): void => this.#take(key, upload, progress);
    upload.attachment = this.#client.attach(upload.shown.blob, { onProgress });
    upload.attachment.file.then(
      (file) => this.#update(key, { file }),
      (fault: unknown) => {
        upload.isSending = false;
        if (isParlanceError(fault)) this.#update(key, { fault });
        this.#startNext();
      },
    );
  }

  #take(key: string, upload: Held, progress: UploadProgress): void {
    this.#update(key, { progress });
    upload.isSending = progress.stage === 'PREPARING' || progress.stage === 'UPLOADING';
    this.#passOn(key, upload, progress);
    if (!upload.isSending) this.#startNext();
  }

  #passOn(key: string, upload: Held, progress: UploadProgress): void {
    const { onSent } = this.#options;
    const { fileId } = progress;
    if (!onSent || fileId === undefined || !isSent(progress) || upload.isPassedOn || !this.#held.has(key)) return;
    upload.isPassedOn = true;
    onSent(fileId).then(
      () => {
        this.#held.delete(key);
        this.#show();
      },
      (fault: unknown) => {
        upload.isPassedOn = false;
        if (!isParlanceError(fault)) throw fault;
        this.#update(key, { fault });
      },
    );
  }
}

export const createUploads = (client: ParlanceClient, options: UploadOptions = {}): Uploads =>
  new Queue(client, options);
