/**
 * Lets a long run leave the machine to others for a while: SIGUSR2 makes it rest, and the next one go on. The gateway
 * stays the same process; what has begun ends.
 */

export interface Rest {
  /** Resolves when the run does not rest. */
  rested(): Promise<void>;
}

export const restOnSignal = (say: (line: string) => void): Rest => {
  let resting: PromiseWithResolvers<void> | undefined;
  process.on('SIGUSR2', () => {
    say(resting ? 'goes on' : 'rests');
    resting?.resolve();
    resting = resting ? undefined : Promise.withResolvers();
  });
  return {
    async rested() {
      await resting?.promise;
    },
  };
};
