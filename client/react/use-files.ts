/** Hooks of files: those that are being uploaded for a question, and one that came with a message. */
import { FileDocument, type FileState } from '@parlance/client';
import { useEffect, useState } from 'react';
import { useParlance } from './client-context.ts';
import { createUploads, type UploadedFile, type UploadOptions, type Uploads } from './stores/uploads.ts';
import { useStore } from './use-store.ts';

export interface LiveUploads extends Pick<Uploads, 'add' | 'resume' | 'remove' | 'take'> {
  readonly files: readonly UploadedFile[];
}

/**
 * The files for the next question of a composer, or for something else that takes files.
 *
 * @param options those of the first call count
 */
export const useUploads = (options?: UploadOptions): LiveUploads => {
  const client = useParlance();
  const [uploads] = useState(() => createUploads(client, options));
  const { add, resume, remove, take } = uploads;
  return { files: useStore(uploads), add, resume, remove, take };
};

/** A file by its id: undefined while it is read, null where it is gone or cannot be read. */
export const useFile = (id: string): FileState | null | undefined => {
  const client = useParlance();
  const [file, setFile] = useState<FileState | null>();
  useEffect(() => {
    let isLeft = false;
    client.query(FileDocument, { id }).then(
      ({ file: found }) => (isLeft ? undefined : setFile(found)),
      () => (isLeft ? undefined : setFile(null)),
    );
    return () => {
      isLeft = true;
    };
  }, [client, id]);
  return file;
};
