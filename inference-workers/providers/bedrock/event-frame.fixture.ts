/** Writes Amazon's event stream, for tests. */
import { crc32 } from 'node:zlib';

/** A frame: its length, that of its headers, a checksum of both, headers, content, and a checksum of everything. */
export const frame = (headers: Readonly<Record<string, string>>, payload: object): Buffer => {
  const names = Buffer.concat(
    Object.entries(headers).map(([name, value]) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(value.length);
      return Buffer.concat([
        Buffer.from([name.length]),
        Buffer.from(name),
        Buffer.from([7]),
        length,
        Buffer.from(value),
      ]);
    }),
  );
  const body = Buffer.from(JSON.stringify(payload));
  const prelude = Buffer.alloc(12);
  prelude.writeUInt32BE(16 + names.length + body.length, 0);
  prelude.writeUInt32BE(names.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const all = Buffer.concat([prelude, names, body]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(all));
  return Buffer.concat([all, checksum]);
};
