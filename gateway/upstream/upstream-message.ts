/** The messages that a graphql-transport-ws server may send, parsed from bytes. Throws for anything else. */
import { z } from 'zod';

const formattedErrorSchema = z.looseObject({
  message: z.string(),
  path: z.array(z.union([z.string(), z.number()])).exactOptional(),
  extensions: z.record(z.string(), z.unknown()).exactOptional(),
});

const messageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('connection_ack') }),
  z.object({ type: z.literal('ping') }),
  z.object({ type: z.literal('pong') }),
  z.object({ type: z.literal('next'), id: z.string(), payload: z.record(z.string(), z.unknown()) }),
  z.object({ type: z.literal('error'), id: z.string(), payload: z.array(formattedErrorSchema) }),
  z.object({ type: z.literal('complete'), id: z.string() }),
]);
export type UpstreamMessage = z.infer<typeof messageSchema>;

export const parseUpstreamMessage = (frame: Buffer): UpstreamMessage =>
  messageSchema.parse(JSON.parse(frame.toString()));
