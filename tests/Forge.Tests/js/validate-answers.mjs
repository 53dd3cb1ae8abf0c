// Asks a server and validates its answers against GitHub's own OpenAPI description (npm: @octokit/openapi) with ajv.
//   node validate-answers.mjs NODE_MODULES ADDRESS TOKEN < lines of "STATUS SCHEMA-PATH REQUEST-PATH"
// Prints one line for each: "ok REQUEST-PATH" or "bad REQUEST-PATH REASONS".
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';

const [modules, address, token] = process.argv.slice(2);
const require = createRequire(path.join(modules, 'x.js'));
const Ajv = require('ajv').default ?? require('ajv');
const formats = require('ajv-formats').default ?? require('ajv-formats');
const description = JSON.parse(fs.readFileSync(path.join(modules, '@octokit/openapi/generated/api.github.com.json'), 'utf8'));

// OpenAPI 3.0 lets "nullable" stand beside anyOf, allOf and oneOf, where JSON Schema needs a type.
function translate(node) {
  if (Array.isArray(node)) return node.map(translate);
  if (node === null || typeof node !== 'object') return node;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, translate(value)]));
  if (typeof copy.$ref === 'string') copy.$ref = copy.$ref.replace('#/components', 'github#/components');
  if (copy.nullable === true && copy.type === undefined) {
    delete copy.nullable;
    return { anyOf: [{ type: 'null' }, copy] };
  }
  return copy;
}

const ajv = new Ajv({ strict: false, allErrors: true });
formats(ajv);
ajv.addSchema({ $id: 'github', components: { schemas: translate(description.components.schemas) } });

for (const line of fs.readFileSync(0, 'utf8').split('\n').filter(Boolean)) {
  const [status, schemaPath, request] = line.split(' ');
  const answer = await fetch(address + request, {
    headers: { 'user-agent': 'test', authorization: `Bearer ${token}` }, redirect: 'manual',
  });
  let described = description.paths[schemaPath].get.responses[status];
  if (described.$ref) described = description.components.responses[described.$ref.split('/').pop()];
  const check = ajv.compile(translate(described.content['application/json'].schema));
  const body = await answer.json();
  const good = String(answer.status) === status && check(body);
  console.log(good ? `ok ${request}` : `bad ${request} ${answer.status} ${JSON.stringify((check.errors ?? []).slice(0, 5))}`);
}
