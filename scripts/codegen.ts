/**
 * Writes the types of the client's operations from schema/public.graphql: those of the SDK to client/sdk/generated, and
 * those of the console to client/web/admin/generated. With `--check` it writes nothing and exits with 1 when what is
 * there is not what it would write.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generate } from '@graphql-codegen/cli';
import { preset } from '@graphql-codegen/client-preset';

const root = join(import.meta.dirname, '..');

/** The operations as text with their types, and the parts of the schema that they use. */
const file = 'graphql.ts';

/** Bundlers leave out a document that is not used only when a mark says that making it has no other effect. */
const markPure = (content: string): string =>
  content.replaceAll('= new TypedDocumentString(', '= /*#__PURE__*/ new TypedDocumentString(');

/** Outside the SDK a document is of the SDK's class, so that its client takes it. */
const importDocumentClass = (content: string): string =>
  content
    .replace(/export class TypedDocumentString[\s\S]*?\n}\n/, '')
    .replace(/^import .*DocumentTypeDecoration.*\n/m, "import { TypedDocumentString } from '@parlance/client';\n");

const targets = [
  { folder: 'client/sdk', finish: markPure },
  { folder: 'client/web/admin', finish: (content: string) => importDocumentClass(markPure(content)) },
] as const;

const makeContent = async ({ folder, finish }: (typeof targets)[number]): Promise<string> => {
  const generated: readonly { readonly filename: string; readonly content: string }[] = await generate(
    {
      cwd: root,
      silent: true,
      schema: 'schema/public.graphql',
      documents: `${folder}/operations/*.graphql`,
      generates: {
        [`${folder}/generated/`]: {
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
  const content = generated.find(({ filename }) => filename.endsWith(`/${file}`))?.content;
  if (content === undefined) throw new Error(`the types of the operations in ${folder} were not generated`);
  return finish(content);
};

for (const target of targets) {
  const content = await makeContent(target);
  const folder = join(root, target.folder, 'generated');
  const path = join(folder, file);
  if (process.argv.includes('--check')) {
    const present = await readFile(path, 'utf8').catch(() => '');
    if (present !== content) {
      process.stderr.write(`${target.folder}/generated is not current. Run: node scripts/codegen.ts\n`);
      process.exitCode = 1;
    }
  } else {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await writeFile(path, content);
  }
}
