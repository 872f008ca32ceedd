/** `node tests/tiny-gguf/main.ts` prints the path of the tiny GGUF, for `MODEL_PATH`. */
import { tinyGguf } from './make-tiny-gguf.ts';

process.stdout.write(`${await tinyGguf()}\n`);
