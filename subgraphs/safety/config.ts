/** The environment of the safety room. */
import { z } from 'zod';
import { roomEnvironment } from '#kernel/subgraph/room.ts';

export const safetyConfig = z.object(roomEnvironment);
