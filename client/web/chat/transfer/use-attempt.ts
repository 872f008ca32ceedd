/** Does what may be refused, and keeps the refusal to be shown until the next attempt. */
import { isParlanceError, type ParlanceFault } from '@parlance/client';
import { useCallback, useState } from 'react';

export type Attempt = <Value>(task: () => Promise<Value>) => Promise<Value | undefined>;

/** What was attempted gives undefined where it was refused. */
export const useAttempt = (): readonly [attempt: Attempt, fault: ParlanceFault | undefined, isBusy: boolean] => {
  const [fault, setFault] = useState<ParlanceFault>();
  const [running, setRunning] = useState(0);
  const attempt = useCallback<Attempt>(async (task) => {
    setRunning((count) => count + 1);
    try {
      setFault(undefined);
      return await task();
    } catch (error) {
      if (!isParlanceError(error)) throw error;
      setFault(error);
      return undefined;
    } finally {
      setRunning((count) => count - 1);
    }
  }, []);
  return [attempt, fault, running > 0];
};
