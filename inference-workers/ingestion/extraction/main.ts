/**
 * The process that reads one file: takes its task from its parent, sends what it found, and ends. What it does not send
 * because it was ended means that the file asked for too much.
 */
import { setPriority } from 'node:os';
import { type ExtractionTask, extract } from './extract.ts';
import { ExtractionFault } from './extraction-fault.ts';

/** Below replies, which people wait for. */
const lowPriority = 5;

// Without a parent nobody watches what this takes. An exit would wait for a file that never comes to its end.
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));

process.once('message', (task: ExtractionTask) => {
  setPriority(lowPriority);
  extract(task).then(
    (extraction) => process.send?.({ extraction }, () => process.exit(0)),
    (fault: unknown) => {
      const { code, message } =
        fault instanceof ExtractionFault
          ? fault
          : new ExtractionFault('DAMAGED', 'The file is damaged, or is not what it seems to be.');
      process.send?.({ failure: { code, message } }, () => process.exit(0));
    },
  );
});
