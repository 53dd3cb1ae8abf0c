// Validates jobs of Kubernetes by npm's kubernetes-models and prints, for each, one JSON line: what is wrong with it, in order.
// Usage: node kubernetes-jobs.mjs FILE...
// The package's schemas allow fields that Kubernetes does not know. Its validation reads every field that it knows, so a field that it
// leaves unread is one that Kubernetes does not know.
import { readFileSync } from "node:fs";
import { kubernetesJob } from "./packages.mjs";

const Job = kubernetesJob();

// The object, which notes the fields that are read of it and of the objects in it.
function watched(value, place, unread) {
  if (value === null || typeof value !== "object") return value;
  const fields = new Map(Object.keys(value).map((name) => [name, watched(value[name], `${place}/${name}`, unread)]));
  if (!Array.isArray(value)) fields.forEach((_, name) => unread.add(`${place}/${name}`));
  return new Proxy(value, {
    get(target, name) {
      unread.delete(`${place}/${String(name)}`);
      return fields.has(name) ? fields.get(name) : Reflect.get(target, name);
    },
  });
}

for (const file of process.argv.slice(2)) {
  const faults = [];
  const unread = new Set();
  try {
    Job.prototype.validate.call(watched(new Job(JSON.parse(readFileSync(file, "utf8"))), "", unread));
  } catch (error) {
    faults.push(...String(error.message).split("\n"));
  }
  console.log(JSON.stringify([...faults, ...[...unread].map((place) => `${place} is unknown`)]));
}
