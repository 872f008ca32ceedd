/**
 * Writes the types of the SDK's operations from schema/public.graphql to client/sdk/generated. With `--check` it writes
 * nothing and exits with 1 when what is there is not what it would write.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generate } from '@graphql-codegen/cli';
import { preset } from '@graphql-codegen/client-preset';

const root = join(import.meta.dirname, '..');
const target = join(root, 'client/sdk/generated');

/** The operations as text with their types, and the parts of the schema that they use. */
const file = 'graphql.ts';

const generated: readonly { readonly filename: string; readonly content: string }[] = await generate(
  {
    cwd: root,
    silent: true,
    schema: 'schema/public.graphql',
    documents: 'client/sdk/operations/*.graphql',
    generates: {
      'client/sdk/generated/': {
        preset,
        presetConfig: { fragmentMasking: false },
        config: {
          documentMode: 'string',
          importExtension: '.ts',
          emitLegacyCommonJSImports: false,
          enumsAsConst: true,
          useTypeImports: true,
          scalars: { ID: 'string', DateTime: 'string', Decimal: 'string', JSON: 'unknown' },
        },
      },
    },
  },
  false,
);
// Bundlers leave out a document that is not used only when a mark says that making it has no other effect.
const content = generated
  .find(({ filename }) => filename.endsWith(`/${file}`))
  ?.content.replaceAll('= new TypedDocumentString(', '= /*#__PURE__*/ new TypedDocumentString(');
if (content === undefined) throw new Error('the types of the operations were not generated');

const path = join(target, file);
if (process.argv.includes('--check')) {
  const present = await readFile(path, 'utf8').catch(() => '');
  if (present !== content) {
    process.stderr.write('client/sdk/generated is not current. Run: node scripts/codegen.ts\n');
    process.exit(1);
  }
} else {
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  await writeFile(path, content);
}
