// Reads Parquet files with a reader of other people's making and prints, for each, one JSON line:
//   {"file": ..., "rows": N, "columns": {"name": "SHA-256 of its values", ...}}
// Usage: node read-parquet.mjs duckdb|wasm|hyparquet FILE...
import { readFileSync } from "node:fs";
import { ColumnHash, Real } from "./column-hash.mjs";
import { readArray, readSchema } from "./arrow.mjs";
import * as packages from "./packages.mjs";

async function withDuckdb() {
  const api = packages.duckdb();
  const connection = await (await api.DuckDBInstance.create(":memory:")).connect();
  const { DuckDBTypeId } = api;
  const integers = [DuckDBTypeId.INTEGER, DuckDBTypeId.BIGINT];
  const reals = [DuckDBTypeId.FLOAT, DuckDBTypeId.DOUBLE];
  const canonical = (value, type) => {
    if (value === null) return null;
    if (integers.includes(type.typeId)) return BigInt(value);
    if (reals.includes(type.typeId)) return new Real(value);
    if (type.typeId === DuckDBTypeId.BLOB) return value.bytes;
    if (type.typeId === DuckDBTypeId.LIST) return value.items.map((item) => canonical(item, type.valueType));
    return value;
  };
  return async (file) => {
    const result = await connection.stream(`SELECT * FROM read_parquet('${file.replaceAll("'", "''")}')`);
    const hashes = Object.fromEntries(result.columnNames().map((name) => [name, new ColumnHash()]));
    const columns = Object.values(hashes);
    const types = result.columnTypes();
    let rows = 0;
    for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
      rows += chunk.rowCount;
      columns.forEach((hash, i) => chunk.getColumnValues(i).forEach((value) => hash.add(canonical(value, types[i]))));
    }
    return { rows, hashes };
  };
}

async function withWasm() {
  const wasm = packages.parquetWasm();
  return async (file) => {
    const table = wasm.readParquet(readFileSync(file));
    const stream = table.intoFFI();
    const memory = wasm.wasmMemory();
    const schema = readSchema(memory, stream.schemaAddr());
    const names = schema.children.map((child) => child.name);
    const hashes = Object.fromEntries(names.map((name) => [name, new ColumnHash()]));
    let rows = 0;
    for (const address of stream.arrayAddrs()) {
      const batch = readArray(memory, address, schema);
      rows += batch.length;
      batch.columns.forEach((column, c) => {
        for (let i = 0; i < column.length; i++) hashes[names[c]].add(column.value(i));
      });
    }
    stream.drop();
    return { rows, hashes };
  };
}

async function withHyparquet() {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetRead, compressors } = await packages.hyparquet();
  return async (path) => {
    const file = await asyncBufferFromFile(path);
    const metadata = await parquetMetadataAsync(file);
    const hashes = {};
    const types = {};
    // The schema's elements stand in depth-first order: a leaf belongs to the last top-level column before it.
    let top = "";
    for (let i = 1, stack = []; i < metadata.schema.length; i++) {
      const element = metadata.schema[i];
      if (stack.length === 0) top = element.name;
      if (element.num_children) {
        stack.push(element.num_children);
      } else {
        types[top] = element.type;
        hashes[top] = new ColumnHash();
        while (stack.length > 0 && --stack[stack.length - 1] === 0) stack.pop();
      }
    }
    const canonical = (value, type) => {
      if (value === null || value === undefined) return null;
      if (Array.isArray(value)) return value.map((item) => canonical(item, type));
      if (type === "INT32" || type === "INT64") return BigInt(value);
      if (type === "FLOAT" || type === "DOUBLE") return new Real(value);
      return value;
    };
    let start = 0;
    for (const group of metadata.row_groups) {
      const end = start + Number(group.num_rows);
      for (const name of Object.keys(hashes)) {
        await parquetRead({
          file, metadata, compressors, columns: [name], rowStart: start, rowEnd: end, utf8: false,
          onComplete: (rows) => rows.forEach((row) => hashes[name].add(canonical(Array.isArray(row) ? row[0] : row[name], types[name]))),
        });
      }
      start = end;
    }
    return { rows: start, hashes };
  };
}

const readers = { duckdb: withDuckdb, wasm: withWasm, hyparquet: withHyparquet };
const [reader, ...files] = process.argv.slice(2);
if (!(reader in readers) || files.length === 0) {
  console.error("usage: node read-parquet.mjs duckdb|wasm|hyparquet FILE...");
  process.exit(2);
}
const read = await readers[reader]();
for (const file of files) {
  const { rows, hashes } = await read(file);
  const columns = Object.fromEntries(Object.entries(hashes).map(([name, hash]) => [name, hash.digest()]));
  console.log(JSON.stringify({ file, rows, columns }));
}
process.stdout.write("", () => process.exit(0)); // once everything printed has left the pipe
