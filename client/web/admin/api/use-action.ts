/** Something that the reader does: while it runs it cannot be started again, and its outcome is said in words. */
import { isParlanceError, type ParlanceFault } from '@parlance/client';
import { useState } from 'react';
import { useNotify } from '../../notices/notify-context.ts';

export interface Action {
  readonly isRunning: boolean;
  /** Why it did not succeed. */
  readonly fault: ParlanceFault | undefined;
  /**
   * Returns whether it succeeded.
   * @param done what to say then
   */
  run(task: () => Promise<unknown>, done?: string): Promise<boolean>;
}

export const useAction = (): Action => {
  const notify = useNotify();
  const [isRunning, setRunning] = useState(false);
  const [fault, setFault] = useState<ParlanceFault>();
  return {
    isRunning,
    fault,
    async run(task, done) {
      setRunning(true);
      try {
        await task();
        setFault(undefined);
        if (done !== undefined) notify({ words: done });
        return true;
      } catch (error) {
        if (!isParlanceError(error)) throw error;
        setFault(error);
        return false;
      } finally {
        setRunning(false);
      }
    },
  };
};
