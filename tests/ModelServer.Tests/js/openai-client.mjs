// Calls a server with the official client: node openai-client.mjs FOLDER_OF_THE_PACKAGE BASE_URL. Prints one JSON object a check.
import { pathToFileURL } from 'node:url';

const [module, baseURL] = process.argv.slice(2);
const { default: OpenAI } = await import(pathToFileURL(`${module}/index.mjs`));
const client = new OpenAI({ baseURL, apiKey: 'none', maxRetries: 0 });
const print = (check, value) => console.log(JSON.stringify({ check, value }));

const whole = await client.completions.create({ model: 'alphabet', prompt: ['abc', 'x'], max_tokens: 3, temperature: 0, logprobs: 1 });
print('texts', whole.choices.map(choice => choice.text));
print('reasons', whole.choices.map(choice => choice.finish_reason));
print('tokens', whole.choices[0].logprobs.tokens);
print('usage', whole.usage.total_tokens);

const stream = await client.completions.create({
  model: 'alphabet', prompt: 'abc', max_tokens: 5, temperature: 0, stream: true, stream_options: { include_usage: true },
});
let text = '', pieces = 0, usage = 0;
for await (const chunk of stream) {
  text += chunk.choices[0]?.text ?? '';
  pieces += chunk.choices.length;
  usage = chunk.usage?.completion_tokens ?? usage;
}
print('stream', { text, several: pieces > 2, usage });

const models = [];
for await (const model of client.models.list()) models.push(model.id);
print('models', models);
print('model', (await client.models.retrieve('alphabet')).id);

const failure = async request => {
  try {
    await client.completions.create(request);
    return 'no error';
  } catch (error) {
    return { kind: error.constructor.name, status: error.status, code: error.code, param: error.param, message: error.message };
  }
};
print('too long', await failure({ model: 'alphabet', prompt: 'abc', max_tokens: 1000 }));
print('no model', await failure({ model: 'other', prompt: 'abc' }));
print('wrong value', await failure({ model: 'alphabet', prompt: 'abc', temperature: 9 }));

// A stream that is left before its end.
const left = await client.completions.create({ model: 'alphabet', prompt: 'abc', max_tokens: 200, temperature: 0, stream: true });
for await (const _ of left) break;
left.controller.abort();
print('left', true);
