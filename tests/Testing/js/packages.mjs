// Loads packages that are independent of the project from <project root>/artifacts/npm/node_modules.
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import path from "node:path";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../..");
const modules = path.join(root, "artifacts/npm/node_modules");

export const duckdb = () => createRequire(modules + "/")("@duckdb/node-api");

export const parquetWasm = () => createRequire(modules + "/")("./parquet-wasm/node/parquet_wasm.js");

export async function hyparquet() {
  const load = (file) => import(pathToFileURL(path.join(modules, file)).href);
  const reader = await load("hyparquet/src/node.js");
  const { compressors } = await load("hyparquet-compressors/src/index.js");
  return { ...reader, compressors };
}

export const kubernetesJob = () => createRequire(modules + "/")("kubernetes-models/batch/v1/Job").Job;
