// GitHub's own language service over workflows and action.yml, offline. Reads {root, files, actions} as JSON from standard
// input, where `actions` says what each `owner/name[/path]@ref` takes; writes one line per finding.
import {readFileSync} from 'node:fs';
import {register} from 'node:module';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';

const {root, linters, files, actions} = JSON.parse(readFileSync(0, 'utf8'));
const parent = pathToFileURL(join(linters, 'package.json')).href;
// Packages are those of the folder that script/linters fills. They import JSON files without saying so, which Node 20
// refuses: say it for them.
register('data:text/javascript,' + encodeURIComponent(`
  export async function resolve(name, context, next) {
    const own = context.parentURL === ${JSON.stringify(import.meta.url)};
    const found = await next(name, own ? {...context, parentURL: ${JSON.stringify(parent)}} : context);
    return name.endsWith('.json') ? {...found, importAttributes: {type: 'json'}} : found;
  }
`));
const {validate} = await import('@actions/languageservice');
const {TextDocument} = await import('vscode-languageserver-textdocument');

const options = {
  fileProvider: {
    getFileContent: async (reference) => {
      const path = reference.path ?? String(reference);
      return {name: path, content: readFileSync(join(root, path), 'utf8')};
    },
  },
  actionsMetadataProvider: {
    fetchActionMetadata: async ({owner, name, path, ref}) =>
      actions[[owner, name, path].filter(Boolean).join('/') + '@' + ref],
  },
};
for (const file of files) {
  const text = TextDocument.create(pathToFileURL(file).href, 'yaml', 1, readFileSync(file, 'utf8'));
  for (const found of await validate(text, options)) {
    console.log(`${file}:${found.range.start.line + 1}: ${found.message}`);
  }
}
