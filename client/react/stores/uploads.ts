/**
 * Files that are being uploaded for the next question. Invariant: what is removed is deleted at the server, unless it
 * was sent with a question by then.
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
  readonly progress: UploadProgress;
  /** Once the server has read it: READY, or FAILED with the reason. */
  readonly file: FileState | undefined;
  /** Why the server refused it. */
  readonly fault: ParlanceFault | undefined;
}

export interface Uploads extends Observable<readonly UploadedFile[]> {
  add(files: readonly File[]): void;
  /** Goes on with an upload that is PAUSED. */
  resume(key: string): void;
  remove(key: string): void;
  /** Forgets all of them: they were sent. Returns the ids of those that are READY. */
  take(): string[];
}

interface Held {
  readonly attachment: Attachment;
  shown: UploadedFile;
}

/** @param most files at a time; more are left out */
export const createUploads = (client: ParlanceClient, most: number): Uploads => {
  const held = new Map<string, Held>();
  const subject = createSubject<readonly UploadedFile[]>([]);
  const show = (): void => subject.set([...held.values()].map(({ shown }) => shown));
  const update = (key: string, change: Partial<UploadedFile>): void => {
    const upload = held.get(key);
    if (!upload) return;
    upload.shown = { ...upload.shown, ...change };
    show();
  };
  let count = 0;

  const begin = (blob: File): void => {
    count += 1;
    const key = String(count);
    const progress: UploadProgress = { stage: 'PREPARING', sentBytes: 0, totalBytes: blob.size };
    const attachment = client.attach(blob, { onProgress: (next) => update(key, { progress: next }) });
    const isPicture = blob.type.startsWith('image/');
    held.set(key, {
      attachment,
      shown: { key, name: blob.name, isPicture, blob, progress, file: undefined, fault: undefined },
    });
    attachment.file.then(
      (file) => update(key, { file }),
      (fault: unknown) => update(key, isParlanceError(fault) ? { fault } : {}),
    );
  };

  return {
    getSnapshot: subject.getSnapshot,
    subscribe: subject.subscribe,
    add(files) {
      for (const file of files.slice(0, Math.max(0, most - held.size))) begin(file);
      show();
    },
    resume: (key) => held.get(key)?.attachment.resume(),
    remove(key) {
      const upload = held.get(key);
      if (!upload) return;
      held.delete(key);
      upload.attachment.cancel();
      const { file } = upload.shown;
      if (file?.status === 'READY') client.mutate(DeleteFileDocument, { id: file.id }).catch(() => undefined);
      show();
    },
    take() {
      const ready = [...held.values()].flatMap(({ shown: { file } }) => (file?.status === 'READY' ? [file.id] : []));
      held.clear();
      show();
      return ready;
    },
  };
};
